import type { Provenance } from '../../shared/register.ts';

type SourceFile = NonNullable<Provenance['file']>;

interface Reading {
  readonly assumeCrs: string | null;
  readonly layer: string | null;
}

/** What a person said of a file that does not say it, as a version keeps it. */
export function fileAnswers({ assumeCrs, layer }: Reading): Pick<SourceFile, 'assumedCrs' | 'layer'> {
  return { ...(assumeCrs === null ? {} : { assumedCrs: assumeCrs }), ...(layer === null ? {} : { layer }) };
}
