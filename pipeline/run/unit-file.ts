import { createHash } from 'node:crypto';
import { CanopyError, inputError } from '../../shared/errors.ts';
import type { LayerData, UnitLayer } from '../layer-forms.ts';
import type { ObservationPart, UnitProblem, UnitResult } from '../observe.ts';

/**
 * A unit's result as one file: `TCU1`, length of the JSON head, head, sections, SHA-256 of all before it. The head names
 * the unit's key and where each section lies. Not compressed: it is read a few times within minutes, then replaced.
 */
const MAGIC = 'TCU1';
const HASH_BYTES = 32;

interface Section {
  readonly offset: number;
  readonly bytes: number;
  readonly type: 'int16' | 'uint16' | 'uint8' | 'float32' | 'float64';
}

interface Head {
  readonly key: string;
  readonly problems: readonly UnitProblem[];
  readonly parts: readonly (Omit<ObservationPart, 'values' | 'weights'> & {
    values: Section | null;
    weights: Section | null;
  })[];
  readonly layers: readonly (Omit<UnitLayer, 'data'> & { data: Section })[];
}

/** Errors (bug): `E_UNIT_NUMBER` for a figure that is no finite number, which JSON would turn into nothing, then 0. */
export function encodeUnitFile(key: string, result: UnitResult): Buffer {
  result.parts.forEach(requireFinite);
  const bodies: Buffer[] = [];
  let at = 0;
  const put = (array: LayerData | Float32Array | Float64Array): Section => {
    const body = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    bodies.push(body);
    const section = { offset: at, bytes: body.length, type: typeName(array) };
    at += body.length;
    return section;
  };
  const head: Head = {
    key,
    problems: result.problems,
    parts: result.parts.map((part) => ({
      ...part,
      values: part.values && put(part.values),
      weights: part.weights && put(part.weights),
    })),
    layers: result.layers.map((layer) => ({ ...layer, data: put(layer.data) })),
  };
  const json = Buffer.from(JSON.stringify(head));
  const start = Buffer.alloc(8);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(json.length, 4);
  const content = Buffer.concat([start, json, ...bodies]);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

function requireFinite({ parcel, acquisition, validHa, clearHa, stats, quantiles }: ObservationPart): void {
  const figures = { validHa, clearHa, ...stats, ...quantiles };
  const wrong = Object.entries(figures).find(([, figure]) => !Number.isFinite(figure));
  if (!wrong) return;
  throw new CanopyError({
    kind: 'bug',
    code: 'E_UNIT_NUMBER',
    message: `The unit's figure ${wrong[0]} of parcel ${parcel} on acquisition ${acquisition} is ${wrong[1]}, which is no finite number; it is not written. Please report this.`,
  });
}

/** Refuses a file that is cut, changed or of another unit (`E_HASH`); the unit is then computed again. */
export function decodeUnitFile(file: Buffer, key: string, where: string): UnitFile {
  const content = file.subarray(0, Math.max(0, file.length - HASH_BYTES));
  const isWhole =
    content.length > 8 &&
    content.toString('latin1', 0, 4) === MAGIC &&
    createHash('sha256').update(content).digest().equals(file.subarray(content.length));
  if (!isWhole) throw inputError('E_HASH', `The unit result ${where} is not whole; it will be computed again.`, where);
  const jsonBytes = content.readUInt32LE(4);
  const head = JSON.parse(content.toString('utf8', 8, 8 + jsonBytes)) as Head;
  if (head.key !== key) throw inputError('E_HASH', `The unit result ${where} belongs to another unit.`, where);
  const body = content.subarray(8 + jsonBytes);
  const get = ({ type, offset, bytes }: Section) => toArray(type, body.subarray(offset, offset + bytes));
  return {
    problems: head.problems,
    parts: () =>
      head.parts.map((part) => ({
        ...part,
        values: part.values && (get(part.values) as Float32Array),
        weights: part.weights && (get(part.weights) as Float64Array),
      })),
    layer: (kind, period) => {
      const found = head.layers.find((layer) => layer.kind === kind && layer.period === period);
      return found ? (get(found.data) as LayerData) : null;
    },
  };
}

export interface UnitFile {
  readonly problems: readonly UnitProblem[];
  parts(): ObservationPart[];
  layer(kind: UnitLayer['kind'], period: UnitLayer['period']): LayerData | null;
}

function typeName(array: LayerData | Float32Array | Float64Array): Section['type'] {
  if (array instanceof Int16Array) return 'int16';
  if (array instanceof Uint16Array) return 'uint16';
  if (array instanceof Uint8Array) return 'uint8';
  return array instanceof Float32Array ? 'float32' : 'float64';
}

function toArray(type: Section['type'], raw: Buffer): LayerData | Float32Array | Float64Array {
  const buffer = raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength) as ArrayBuffer;
  const make = {
    int16: () => new Int16Array(buffer),
    uint16: () => new Uint16Array(buffer),
    uint8: () => new Uint8Array(buffer),
    float32: () => new Float32Array(buffer),
    float64: () => new Float64Array(buffer),
  };
  return make[type]();
}
