import { readSuggestConfig } from '../config-suggest.ts';
import { runSuggest, type SuggestResult } from '../run/suggest.ts';
import { exclusionsOf, SCREENING, TOLD_REASONS } from '../run/suggest-output.ts';
import type { Command } from './command.ts';

const USAGE = `canopy suggest --region R --catalog C --min-ha 1 --out candidates.geojson [--layers DIR] [--parcels FILE] [flags]

Land on which trees could grow: tree cover that stays low over the years, outside water, houses, fields, rock, protected
areas, steep slopes and ground cleared within ten years, and outside parcels. It is cut into compact parcels along the
edges of the image, and ranked by its potential for passive regeneration (closeness to trees, past regrowth) and for
planting. A screening, not a survey: the file says so, with the parts of every figure.

  --region R               a GeoJSON file, or the id of a region of --project that has a boundary
  --project project.json   catalogue, days, season, mask and NDVI end members from there
  --catalog PLACE          STAC catalogue, collection, item, ItemCollection or folder; or the URL of one or of a STAC API
  --collections A,B        --keep-scl 4,5,6,7   --dilate-m M   --harmonise       as in canopy monitor
  --years A/B              UTC days, both included (default: the project's, else all that the catalogue has)
  --season 12,1,2          months of the dry season: grass is dead then, and what is green is trees
  --ndvi-soil N            --ndvi-vegetation N   NDVI of bare ground and of closed woods
  --min-clear N            clear observations that a pixel needs in a season (default 2)
  --min-years N            seasons with data that a pixel needs (default 3)
  --max-cover P            tree cover, percent, from which land is wooded (default 30)
  --layers DIR             COGs with their STAC items: land cover, elevation, protected areas, tree cover ten years before;
                           what is missing is not kept out, and told. Or one by one: --land-cover F --dem F --protected F
                           --tree-cover-before F
  --max-slope P            rise over run, percent, that is steep (default 30)
  --parcels FILE           ground that is taken, in any format of canopy parcels check; may be repeated
  --register FOLDER        the parcels of a register (no server may have it open)      --gap M   distance kept (default 1)
  --min-ha A  --max-ha B   sizes of the parcels (default 1 and 20)
  --compactness C          0 follows the image only, 2 makes them round (default 1)
  --out F.geojson          the file to write; it is a layer in the viewer and goes into canopy parcels check
  --workers N              child processes (default: the processors)
  --allow-host HOST:PORT   lets the command reach this host, plain http and loopback included; may be repeated
  --json                   a summary as one JSON document on standard output

Exit codes: 0 finished, also where no land was found · 1 failed · 2 wrong use · 3 finished, some scenes left out (listed).`;

export const suggestCommand: Command = {
  name: 'suggest',
  usage: USAGE,
  async run(argv, { stdout, stderr, isTty, signal }) {
    const { request, json } = await readSuggestConfig(argv);
    const say = (line: string) => stderr(`${line}\n`);
    const result = await runSuggest(request, { say, write: stderr, isTty, signal });
    if (json) stdout(`${JSON.stringify(summaryOf(result, request.out), null, 2)}\n`);
    for (const note of result.facts.notes) say(note);
    for (const { id, reason } of result.refused) say(`Left out: scene ${id}: ${reason}`);
    for (const { scene, message } of result.problems)
      say(`Left out where it could not be read: scene ${scene}: ${message}`);
    for (const line of result.facts.attribution) say(line);
    if (result.facts.synthetic) say('Synthetic: these suggestions rest on data made by a generator.');
    say(sentenceOf(result, request.out));
    return result.refused.length + result.problems.length > 0 ? 3 : 0;
  },
};

function summaryOf({ suggestions, totalHa, facts, refused, problems }: SuggestResult, out: string): object {
  const { years, scenes, landHa, layers, notes, attribution, synthetic } = facts;
  return {
    kind: 'suggestions',
    label: SCREENING,
    out,
    suggestions,
    totalHa,
    landHa,
    years,
    scenes: scenes.length,
    exclusions: exclusionsOf({ layers }),
    notes,
    leftOut: [...refused.map(({ id }) => id), ...problems.map(({ scene }) => scene)],
    synthetic,
    attribution,
  };
}

function sentenceOf({ suggestions, totalHa, facts }: SuggestResult, out: string): string {
  const { landHa, years, scenes } = facts;
  const rest = TOLD_REASONS.flatMap((name) => {
    const ha = landHa[name] ?? 0;
    return ha < 0.5 ? [] : [`${name.replaceAll('-', ' ')} ${ha.toFixed(0)} ha`];
  });
  const others = rest.length === 0 ? '' : ` Not suggested: ${rest.join(', ')}.`;
  return `Finished: ${suggestions} parcels of ${totalHa.toFixed(1)} ha suggested from ${scenes.length} scenes of ${years.length} dry seasons (${SCREENING}).${others} Result: ${out}`;
}
