/** Control areas that would do for one parcel. */
export interface CandidateRow {
  /** Positions in the donor pool, each once. */
  readonly donors: Int32Array;
  /** Whole numbers ≥ 0 (distances × 1e6), so that sums are exact and equal choices stay equal. */
  readonly costs: Int32Array;
}

/** More than any total of costs could differ by: to use an area a second time comes last. */
const REUSE_COST = 1e11;

/**
 * Gives every row `k` different donors: first as few uses of a donor by a second, third … row as can be (none = matching
 * without replacement), then the least total cost. Minimum-cost flow by successive shortest paths with potentials
 * (Edmonds and Karp 1972), where the n-th further use of a donor costs n × REUSE_COST.
 * @param rows each with at least `k` candidates
 * @returns for each row the positions in it that were chosen, ascending
 */
export function assignOptimally(rows: readonly CandidateRow[], donorCount: number, k: number): number[][] {
  const flow = openFlow(rows, donorCount);
  for (let unit = 0; unit < k; unit++) for (let row = 0; row < rows.length; row++) augment(flow, row);
  return flow.used.map((marks) => [...marks.keys()].filter((at) => marks[at] === 1));
}

interface Flow {
  readonly rows: readonly CandidateRow[];
  /** For each row a mark for each candidate that is chosen. */
  readonly used: readonly Uint8Array[];
  /** Rows that use a donor, with the position of the donor in the row. */
  readonly users: readonly { row: number; at: number }[][];
  /** Nodes: rows first, then donors. */
  readonly potential: Float64Array;
  readonly distance: Float64Array;
  readonly isSettled: Uint8Array;
  /** The candidate (row, at) by which a node was reached. */
  readonly viaRow: Int32Array;
  readonly viaAt: Int32Array;
}

function openFlow(rows: readonly CandidateRow[], donorCount: number): Flow {
  const nodes = rows.length + donorCount;
  return {
    rows,
    used: rows.map((row) => new Uint8Array(row.donors.length)),
    users: Array.from({ length: donorCount }, () => []),
    potential: new Float64Array(nodes),
    distance: new Float64Array(nodes),
    isSettled: new Uint8Array(nodes),
    viaRow: new Int32Array(nodes),
    viaAt: new Int32Array(nodes),
  };
}

/** Sends one more unit out of `source` along the cheapest path to a donor that takes it in (Dijkstra). */
function augment(flow: Flow, source: number): void {
  const { rows, users, potential, distance, isSettled } = flow;
  const first = rows.length;
  distance.fill(Infinity);
  isSettled.fill(0);
  distance[source] = 0;
  let best = Infinity;
  let end = -1;
  const settled: number[] = [];
  for (let node = source; node >= 0 && distance[node]! < best; node = nearestOpen(flow)) {
    isSettled[node] = 1;
    settled.push(node);
    if (node < first) relaxRow(flow, node);
    else {
      const total = distance[node]! + users[node - first]!.length * REUSE_COST + potential[node]!;
      if (total < best) {
        best = total;
        end = node;
      }
      relaxDonor(flow, node);
    }
  }
  for (const node of settled) if (distance[node]! < best) potential[node]! += distance[node]! - best;
  pushAlong(flow, source, end);
}

function nearestOpen({ distance, isSettled }: Flow): number {
  let nearest = -1;
  let least = Infinity;
  for (let node = 0; node < distance.length; node++) {
    if (isSettled[node] === 0 && distance[node]! < least) {
      least = distance[node]!;
      nearest = node;
    }
  }
  return nearest;
}

function relaxRow(flow: Flow, row: number): void {
  const { rows, used, potential, distance } = flow;
  const { donors, costs } = rows[row]!;
  const base = distance[row]! + potential[row]!;
  for (let at = 0; at < donors.length; at++) {
    if (used[row]![at] === 1) continue;
    const node = rows.length + donors[at]!;
    reach(flow, node, base + costs[at]! - potential[node]!, row, at);
  }
}

/** A donor may be taken back from a row that uses it. */
function relaxDonor(flow: Flow, node: number): void {
  const { rows, users, potential, distance } = flow;
  for (const { row, at } of users[node - rows.length]!) {
    reach(flow, row, distance[node]! + potential[node]! - rows[row]!.costs[at]! - potential[row]!, row, at);
  }
}

function reach({ distance, viaRow, viaAt }: Flow, node: number, length: number, ...[row, at]: [number, number]): void {
  if (length >= distance[node]!) return;
  distance[node] = length;
  viaRow[node] = row;
  viaAt[node] = at;
}

/** Turns the path over, from its end to its source. */
function pushAlong({ rows, used, users, viaRow, viaAt }: Flow, source: number, end: number): void {
  let donor = end;
  for (;;) {
    const row = viaRow[donor]!;
    const at = viaAt[donor]!;
    used[row]![at] = 1;
    users[donor - rows.length]!.push({ row, at });
    if (row === source) return;
    const takenAt = viaAt[row]!;
    used[row]![takenAt] = 0;
    donor = rows.length + rows[row]!.donors[takenAt]!;
    const list = users[donor - rows.length]!;
    list.splice(
      list.findIndex((user) => user.row === row),
      1,
    );
  }
}

/**
 * The same for sizes where the best total takes too long: the closest pairs first (ties by row, then donor), each donor
 * once; then, for rows that are left short, each donor once more, and so on.
 * @param rows each with at least `k` candidates, in ascending order of donors
 */
export function assignGreedily(rows: readonly CandidateRow[], donorCount: number, k: number): number[][] {
  const starts = [0];
  for (const { costs } of rows) starts.push(starts.at(-1)! + costs.length);
  const total = starts.at(-1)!;
  // Cost and place in one number: costs stay below 2^28, places below 2^25.
  const order = new Float64Array(total);
  const rowAt = new Int32Array(total);
  rows.forEach(({ costs }, row) => {
    rowAt.fill(row, starts[row]!, starts[row + 1]!);
    for (let at = 0; at < costs.length; at++) order[starts[row]! + at] = costs[at]! * PLACES + starts[row]! + at;
  });
  order.sort();
  const chosen: number[][] = rows.map(() => []);
  const load = new Int32Array(donorCount);
  const taken = new Uint8Array(total);
  let missing = rows.length * k;
  for (let allowed = 1; missing > 0; allowed++) {
    for (const code of order) {
      const place = code % PLACES;
      const row = rowAt[place]!;
      const at = place - starts[row]!;
      const donor = rows[row]!.donors[at]!;
      if (taken[place] === 1 || chosen[row]!.length === k || load[donor]! >= allowed) continue;
      taken[place] = 1;
      load[donor]! += 1;
      chosen[row]!.push(at);
      missing -= 1;
    }
  }
  return chosen.map((list) => list.sort((a, b) => a - b));
}

const PLACES = 2 ** 25;
