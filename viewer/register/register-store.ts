import { create } from 'zustand';
import type { Bbox } from '../../shared/grid.ts';
import type { ParcelVersion, RegisterInfo } from '../../shared/register.ts';
import { ApiFailure } from '../api.ts';
import type { LoadFailure } from '../panels/use-loaded.ts';
import { registerApi } from './register-api.ts';

interface RegisterState {
  /** What the server said last; null before it did. */
  readonly info: RegisterInfo | null;
  /** Current versions by id, those that were asked for so far. */
  readonly parcels: ReadonlyMap<string, ParcelVersion>;
  /** Of the register when the parcels came. */
  readonly revision: number | null;
  readonly isLoading: boolean;
  readonly failure: LoadFailure | null;
  /** Region that new parcels go to and the list shows. */
  readonly regionId: string | null;
}

export const useRegister = create<RegisterState>()(() => ({
  info: null,
  parcels: new Map(),
  revision: null,
  isLoading: false,
  failure: null,
  regionId: null,
}));

let loading: Promise<void> | null = null;

/** Asks for the register and all of its current parcels; one request at a time, the last answer stays when it fails. */
export function loadRegister(): Promise<void> {
  loading ??= load().finally(() => {
    loading = null;
  });
  return loading;
}

/** Asks for the register as it is from now on: an answer that is on its way may be older. */
export async function loadRegisterAnew(): Promise<void> {
  await loading;
  await loadRegister();
}

async function load(): Promise<void> {
  useRegister.setState({ isLoading: true });
  try {
    const info = await registerApi.info();
    useRegister.setState({ info });
    chooseFirstRegion(info);
    if (info.revision !== useRegister.getState().revision) {
      const { revision, parcels } = await registerApi.parcels(null);
      useRegister.setState({ revision, parcels: new Map(parcels.map((parcel) => [parcel.id, parcel])) });
    }
    useRegister.setState({ isLoading: false, failure: null });
  } catch (error) {
    useRegister.setState({ isLoading: false, failure: failureOf(error) });
  }
}

/** Sinks come first: that is where parcels are offered. */
function chooseFirstRegion({ regions }: RegisterInfo): void {
  const { regionId } = useRegister.getState();
  if (regions.some(({ id }) => id === regionId)) return;
  const first = regions.find(({ side }) => side === 'sink') ?? regions[0];
  useRegister.setState({ regionId: first?.id ?? null });
}

export function failureOf(error: unknown): LoadFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { isOffline: error instanceof ApiFailure && error.code === 'E_OFFLINE', message };
}

/** Takes over versions that the register has just answered with; withdrawn ones leave the list. */
export function takeVersions(versions: readonly ParcelVersion[]): void {
  useRegister.setState(({ parcels }) => {
    const next = new Map(parcels);
    for (const version of versions) {
      if (version.state === 'withdrawn') next.delete(version.id);
      else next.set(version.id, version);
    }
    return { parcels: next };
  });
}

/** Box of the region's boundary, else of its parcels; null when neither is known. */
export function boxOfRegion(id: string): Bbox | null {
  const { info, parcels } = useRegister.getState();
  const boundary = info?.regions.find((region) => region.id === id)?.boundary ?? null;
  const boxes = boundary
    ? [boxOfGeometry(boundary)]
    : [...parcels.values()].filter((parcel) => parcel.regionId === id).map(({ bboxDeg }) => bboxDeg);
  return boxes.length === 0 ? null : joinBoxes(boxes);
}

export function boxOfGeometry({ coordinates }: { readonly coordinates: readonly unknown[] }): Bbox {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: readonly unknown[]): void => {
    const [lon, lat] = part;
    if (typeof lon === 'number' && typeof lat === 'number') {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    } else for (const inner of part) if (Array.isArray(inner)) visit(inner);
  };
  visit(coordinates);
  return box;
}

export function joinBoxes(boxes: readonly Bbox[]): Bbox {
  return [
    Math.min(...boxes.map(([west]) => west)),
    Math.min(...boxes.map(([, south]) => south)),
    Math.max(...boxes.map(([, , east]) => east)),
    Math.max(...boxes.map(([, , , north]) => north)),
  ];
}
