import type { Provenance } from '../../shared/register.ts';
import type { UsedAnswers } from '../parcels/formats/format.ts';

type SourceFile = NonNullable<Provenance['file']>;

/** What a person said of a file that does not say it, and without which it could not have been read, as a version keeps it. */
export function fileAnswers({ assumedCrs, layer }: UsedAnswers): Pick<SourceFile, 'assumedCrs' | 'layer'> {
  return { ...(assumedCrs === null ? {} : { assumedCrs }), ...(layer === null ? {} : { layer }) };
}
