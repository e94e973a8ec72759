import type { TwinInfo } from '../../shared/api.ts';
import type { RegisterRegion } from '../../shared/register.ts';

/** Regions of a twin as a register shows them; none where the results have no twin. */
export function regionsOfTwin(twin: TwinInfo | null): RegisterRegion[] {
  if (twin === null) return [];
  const sides = { sink: twin.sinks, source: twin.sources } as const;
  return (['sink', 'source'] as const).flatMap((side) =>
    sides[side].map(({ id, name, boundary, measuredAreaHa, profile }) => ({
      id,
      name,
      side,
      boundary,
      measuredHa: measuredAreaHa,
      statedHa: profile.areaHa?.value ?? null,
    })),
  );
}
