import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../../shared/errors.ts';
import { INTERVENTIONS } from '../../shared/parcel-check.ts';
import { flagError } from '../config.ts';
import {
  assessFile,
  type EligibilityFileRequest,
  type EligibilityReport,
  interventionOf,
} from '../run/eligibility-file.ts';
import { LAYER_ROLES } from '../run/eligibility-layers.ts';
import { terminalText } from '../terminal-text.ts';
import { readAssumeCrs } from './assume-crs.ts';
import type { Command } from './command.ts';

const USAGE = `canopy parcels eligibility FILE [--layers DIR] [--results DIR] [flags]

A traffic light for every parcel of a file, in any format of canopy parcels check: may this ground be offered for what is planned on it? Eight rules, each with the
layer, its date and the hectares behind it: no clearing within ten years, tree cover now, water, slope, built-up land,
cropland, protected areas, and natural grassland and savanna. Hectares are exact (share of each cell × its true area).
A rule fails, passes, or needs more information: where a layer is missing or does not cover the parcel.

  --layers DIR             COGs, each with its STAC item beside it; what a layer is is read off its name or id
                           (tree-cover, land-cover, elevation or dem, protected)
  --results DIR            results of canopy monitor: their tree cover of the monitored period is the cover now
  --tree-cover-before F    tree cover at least ten years before    --tree-cover-now F   tree cover now
  --dem F                  elevation in metres                     --land-cover F       classes with names in the item
  --protected F            0 or a class that says so: not protected
                           These take the place of what the folders hold. Without a DEM, a land cover or protected areas
                           their rules are left out; clearing, tree cover, water and savanna then need more information.
  --intervention NAME      for parcels without an "intervention": ${INTERVENTIONS.slice(0, 3).join(', ')},
                           ${INTERVENTIONS.slice(3).join(', ')}
  --note TEXT              a reviewer's note, for parcels without a "reviewer_note"
  --id-field NAME          property that names a parcel
  --assume-crs EPSG:n      CRS of FILE where it does not say its own
  --layer NAME             layer of FILE where it has several (not to be mistaken for --layers, the maps)
  --json                   one JSON document on standard output

Exit codes: 0 all parcels were judged, whatever the lights · 1 failed · 2 wrong use · 3 some could not be measured.`;

const OPTIONS = {
  layers: { type: 'string' },
  results: { type: 'string' },
  'tree-cover-before': { type: 'string' },
  'tree-cover-now': { type: 'string' },
  dem: { type: 'string' },
  'land-cover': { type: 'string' },
  protected: { type: 'string' },
  intervention: { type: 'string' },
  note: { type: 'string' },
  'id-field': { type: 'string' },
  'assume-crs': { type: 'string' },
  layer: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const parcelsEligibilityCommand: Command = {
  name: 'parcels eligibility',
  usage: USAGE,
  async run(argv, { stdout, stderr, isTty, signal }) {
    const { request, json } = readRequest(argv);
    const report = await assessFile(request, { signal, write: stderr, isTty });
    for (const note of report.notes) stderr(terminalText(`${note}\n`));
    stdout(json ? `${JSON.stringify(report, null, 2)}\n` : terminalText(describeReport(report)));
    stderr(terminalText(`${sentenceOf(report)}\n`));
    return report.summary.refused > 0 ? 3 : 0;
  },
};

function readRequest(argv: readonly string[]): { request: EligibilityFileRequest; json: boolean } {
  const { values, positionals } = parseFlags(argv);
  const [parcels] = positionals;
  if (parcels === undefined || positionals.length > 1)
    throw usageError(`canopy parcels eligibility wants one parcel file; got ${positionals.length} names.`);
  const intervention = values.intervention === undefined ? null : interventionOf(values.intervention);
  if (values.intervention !== undefined && intervention === null)
    throw usageError(`--intervention wants one of ${INTERVENTIONS.join(', ')}; got ${values.intervention}.`);
  const files = Object.fromEntries(
    LAYER_ROLES.flatMap((role) => (values[role] ? [[role, resolve(values[role])]] : [])),
  );
  const [layersDir, resultsDir] = [values.layers, values.results].map((dir) => (dir ? resolve(dir) : null));
  if (!layersDir && !resultsDir && Object.keys(files).length === 0)
    throw usageError('No layers: give --layers DIR, --results DIR, or single layers such as --land-cover F.');
  const request = {
    parcels: resolve(parcels),
    idField: values['id-field'] ?? null,
    assumeCrs: readAssumeCrs(values['assume-crs']),
    layer: values.layer ?? null,
    intervention,
    note: values.note ?? null,
    layersDir: layersDir ?? null,
    resultsDir: resultsDir ?? null,
    files,
  };
  return { request, json: values.json === true };
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw flagError('parcels eligibility', error as Error);
  }
}

/** One paragraph a parcel: its light, then what is not green. */
function describeReport({ parcels }: EligibilityReport): string {
  return parcels
    .map(({ id, intervention, eligibility, refusal }) => {
      if (eligibility === null) return `${id}: not measured. ${refusal}\n`;
      const planned = intervention === null ? '' : ` (${intervention})`;
      const lines = eligibility.rules
        .filter(({ light }) => light !== 'pass')
        .map(({ rule, light, message }) => `  ${light}, ${rule}: ${message}\n`);
      return `${id}${planned}, ${eligibility.parcelHa.toFixed(2)} ha: ${eligibility.light}\n${lines.join('')}`;
    })
    .join('');
}

function sentenceOf({ summary, layers }: EligibilityReport): string {
  const { parcels, pass, fail, refused } = summary;
  const sources = [...new Set(layers.map(({ attribution }) => attribution))].join('; ');
  const unmeasured = refused === 0 ? '' : `, ${refused} not measured`;
  return `Finished: of ${parcels} parcels ${pass} pass, ${fail} fail, ${summary['more-information']} need more information${unmeasured}. Layers: ${sources}.`;
}
