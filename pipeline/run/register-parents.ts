import { CanopyError } from '../../shared/errors.ts';
import { overlapHa } from '../../shared/geometry/overlap.ts';
import { readRings } from '../../shared/geometry/rings.ts';
import type { ParcelEdit, ParcelVersion, Provenance } from '../../shared/register.ts';
import { withdrawParcel } from '../store/register.ts';
import { readParcelsOf } from '../store/register-read.ts';
import type { SqlClient } from '../store/sql.ts';
import { readShape } from './register-shape.ts';

/**
 * Parcels that give way to those split from them or merged of them. Ground is never claimed twice: nothing is judged as
 * if a parent were gone but where it is withdrawn in the same transaction.
 */

/** So much of a parent has to lie in what takes its place, else a forgotten piece would leave the register in silence. */
const LEAST_COVERED_SHARE = 0.9;
const MOST_NAMED = 20;

/** Those of the versions named that are current and active. */
export async function readStanding(sql: SqlClient, from: Provenance['from']): Promise<ParcelVersion[]> {
  if (from.length === 0) return [];
  const parcels = await readParcelsOf(sql, [...new Set(from.map(({ id }) => id))]);
  const isNamed = (parcel: ParcelVersion) =>
    from.some(({ id, version }) => id === parcel.id && version === parcel.version);
  return parcels.filter((parcel) => parcel.state === 'active' && isNamed(parcel));
}

/**
 * Parcels whose place is taken by those given, all of one request: current at the version named, merged into one of them
 * or split into at least two, which cover nine tenths of it.
 */
export async function readReplaced(
  sql: SqlClient,
  parcels: readonly Pick<ParcelEdit, 'geometry' | 'provenance'>[],
): Promise<ParcelVersion[]> {
  const pieces = parcels.filter(({ provenance: { kind } }) => kind === 'split' || kind === 'merged');
  const standing = await readStanding(
    sql,
    pieces.flatMap(({ provenance }) => provenance.from),
  );
  const replaced: ParcelVersion[] = [];
  for (const parent of standing) {
    const claims = pieces.filter(({ provenance }) => isNamedBy(parent, provenance));
    const isMerged = claims.some(({ provenance }) => provenance.kind === 'merged');
    if (!isMerged && claims.length < 2) continue;
    if ((await measureCoveredHa(parent, claims)) >= LEAST_COVERED_SHARE * parent.parcelHa) replaced.push(parent);
  }
  return replaced;
}

/**
 * Withdraws parents in the transaction that registers what takes their place: `by` as it was sent, `as` it was registered.
 * Throws where one of them has another version by now, which the lock of the register rules out.
 */
export async function withdrawReplaced(
  sql: SqlClient,
  parents: readonly ParcelVersion[],
  { by, as }: { readonly by: readonly ParcelEdit[]; readonly as: readonly ParcelVersion[] },
): Promise<void> {
  for (const parent of parents) {
    const places = by.flatMap(({ provenance }, i) => (isNamedBy(parent, provenance) ? [i] : []));
    const ids = places.map((i) => as[i]!.id);
    const { author, provenance } = by[places[0]!]!;
    const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
    const reason = `${provenance.kind} into ${ids.slice(0, MOST_NAMED).join(', ')}${more}`;
    const outcome = await withdrawParcel(sql, parent, { author, reason, at: as[places[0]!]!.at });
    if (outcome.kind === 'saved') continue;
    // Undoes the transaction.
    const message = `Parcel "${parent.id}" was changed at this moment. Send the same again.`;
    throw new CanopyError({ kind: 'transient', code: 'E_REGISTER_BUSY', message });
  }
}

function isNamedBy(parent: ParcelVersion, { kind, from }: Provenance): boolean {
  const names = from.some(({ id, version }) => id === parent.id && version === parent.version);
  return names && (kind === 'split' || kind === 'merged');
}

async function measureCoveredHa(
  parent: ParcelVersion,
  pieces: readonly Pick<ParcelEdit, 'geometry'>[],
): Promise<number> {
  const ground = readRings(parent.geometry).value;
  let coveredHa = 0;
  for (const { geometry } of pieces) {
    const read = await readShape(geometry);
    // What is no valid polygon is refused by the check.
    if (ground && !read.fault) coveredHa += overlapHa(read.shape.rings, ground);
  }
  return coveredHa;
}
