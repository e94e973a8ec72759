import type { Results } from './results.ts';

/** The documents of the OGC API besides the features themselves (OGC 17-069r4). `root`: address of the landing page. */

const JSON_TYPE = 'application/json';
export const GEOJSON_TYPE = 'application/geo+json';
export const OPENAPI_TYPE = 'application/vnd.oai.openapi+json;version=3.0';
const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84';
const GREGORIAN = 'http://www.opengis.net/def/uom/ISO-8601/0/Gregorian';

export interface Link {
  readonly rel: string;
  readonly href: string;
  readonly type: string;
  readonly title: string;
}

export function landingPage(root: string, { run }: Results): object {
  return {
    title: titleOf(run),
    description: describe(run),
    attribution: run.attribution.join('; '),
    links: [
      link('self', root, 'this document'),
      link('service-desc', `${root}/api`, 'the API definition', OPENAPI_TYPE),
      link('conformance', `${root}/conformance`, 'conformance classes of OGC API Features that are kept'),
      link('data', `${root}/collections`, 'the collections of features'),
    ],
  };
}

export function conformance(): object {
  const names = ['core', 'oas30', 'geojson'];
  return { conformsTo: names.map((name) => `http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${name}`) };
}

export function collections(root: string, results: Results): object {
  return {
    links: [link('self', `${root}/collections`, 'this document')],
    collections: [collection(root, results)],
  };
}

export function collection(root: string, { run }: Results): object {
  const { baseline, period } = run.periods;
  const own = `${root}/collections/parcels`;
  return {
    id: 'parcels',
    title: `Parcels of ${titleOf(run)}`,
    description: describe(run),
    attribution: run.attribution.join('; '),
    itemType: 'feature',
    crs: [CRS84],
    extent: {
      spatial: { bbox: [run.bboxDeg], crs: CRS84 },
      temporal: { interval: [[`${baseline.start}T00:00:00Z`, `${period.end}T23:59:59Z`]], trs: GREGORIAN },
    },
    links: [
      link('self', own, 'this collection'),
      link('items', `${own}/items`, 'the parcels as features', GEOJSON_TYPE),
      link('enclosure', `${root.replace(/ogc$/, 'files')}/parcels.geojson`, 'all parcels as one file', GEOJSON_TYPE),
    ],
  };
}

export function link(rel: string, href: string, title: string, type = JSON_TYPE): Link {
  return { rel, href, type, title };
}

function titleOf(run: Results['run']): string {
  return run.project?.name ?? `run ${run.id.slice(0, 12)}`;
}

function describe({ periods, synthetic }: Results['run']): string {
  const { baseline, period } = periods;
  const made = synthetic ? ' Made by a generator: synthetic data, not observations.' : '';
  return `Result of each parcel: ${period.start}/${period.end} against ${baseline.start}/${baseline.end}. Areas in hectares, NDVI and its change without unit, tree cover in per cent.${made}`;
}
