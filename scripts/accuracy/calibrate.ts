import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CoverModelFile } from '../../pipeline/change/cover-model-file.ts';
import { errorText } from '../../pipeline/run/calibrate-model.ts';
import { runCanopy } from './canopy-run.ts';
import { sharedFolder } from './shared-data.ts';
import { formatTable } from './table.ts';

/** One line of the table of accuracy. */
interface CalibrationFigure {
  readonly what: string;
  readonly anchor: string;
  readonly ours: string;
  readonly command: string;
}

/** Years and dry months; the first is the figure that counts, the others show how far the choice matters. */
const CHOICES = [
  { years: '1999-07-01/2002-12-31', season: '12,1,2,3' },
  { years: '1999-07-01/2002-12-31', season: '11,12,1,2' },
  { years: '1999-07-01/2002-12-31', season: '12,1,2' },
  { years: '1999-07-01/2005-12-31', season: '12,1,2,3' },
] as const;

/** RMSE in percent of tree cover of Landsat features in a West-Sudanian savanna (Liu 2016). */
const ANCHOR = 'W-Sudanian literature: RMSE 10.4 %';

/** The table of calibrated tree cover on Kafa. */
export async function tellCalibration(): Promise<void> {
  if (!existsSync(join(sharedFolder, 'data/landsat-kafa'))) {
    console.log(`\nCalibration: skipped, there is no real data at ${sharedFolder}.`);
    return;
  }
  const rows = (await measureCalibration(sharedFolder)).map(({ what, anchor, ours, command }) => [
    what,
    anchor,
    ours,
    `\`${command}\``,
  ]);
  console.log(`\nTree cover by a calibrated model.\n\n${formatTable(['what', 'anchor', 'ours', 'command'], rows)}`);
}

/**
 * Calibrates tree cover on Kafa against VCF 2000 with the built `canopy` and states the error on held-out blocks of
 * ground, the uncalibrated model's on the same pixels beside it.
 * @param shared folder of the real data
 */
async function measureCalibration(shared: string): Promise<CalibrationFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'canopy-accuracy-'));
  const kafa = join(shared, 'data/landsat-kafa');
  const figures: CalibrationFigure[] = [];
  try {
    for (const { years, season } of CHOICES) {
      const flags = ['--years', years, '--season', season];
      const out = join(folder, 'model.json');
      const files = ['--reference', join(kafa, 'vcf-treecover-2000.tif'), '--catalog', join(kafa, 'catalog.json')];
      await runCanopy(['calibrate', ...files, ...flags, '--out', out]);
      const file = JSON.parse(await readFile(out, 'utf8')) as CoverModelFile;
      figures.push(...figuresOf(file, years, `canopy calibrate ${flags.join(' ')}`));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return figures;
}

function figuresOf({ validation, model }: CoverModelFile, years: string, command: string): CalibrationFigure[] {
  const { pixels, blocks, blockM, folds, r2, naive, dimidiate } = validation;
  const where = `Kafa, VCF 2000, scenes of ${years}, months ${model.seasonMonths?.join(', ')}`;
  const how = `R² ${r2.toFixed(2)}, ${folds} folds over ${blocks} blocks of ${blockM} m, n = ${pixels}`;
  const line = (what: string, anchor: string, ours: string) => ({ what: `${what}: ${where}`, anchor, ours, command });
  return [
    line('calibrated tree cover', ANCHOR, `RMSE ${errorText(validation.model)}, ${how}`),
    line('naive dimidiate model on the same pixels', '–', `RMSE ${errorText(naive)}`),
    line('dimidiate model with fitted endpoints on the same pixels', '–', `RMSE ${errorText(dimidiate)}`),
  ];
}
