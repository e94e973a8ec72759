import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OtherParcel } from '../../shared/checks/context.ts';
import { polygonsOfGeometry } from '../../shared/checks/repair.ts';
import { inputError } from '../../shared/errors.ts';
import { openRegister, registerFolder } from './register.ts';

/** Parcels compared with at most. */
const MOST = 200_000;

/**
 * Current parcels of the register in a folder, its own or that of the results that it stands beside. Throws `E_REGISTER`
 * where there is none or it is too large, `E_DATABASE_LOCKED` where a server has it open.
 */
export async function readRegisteredParcels(folder: string): Promise<readonly OtherParcel[]> {
  const place = existsSync(join(folder, 'run.json')) ? registerFolder(folder) : folder;
  if (!existsSync(place)) {
    const text = `There is no register at ${place}. Name the folder that "canopy serve" keeps it in, or leave --register away.`;
    throw inputError('E_REGISTER', text, place);
  }
  const register = openRegister({ url: null, folder: place });
  try {
    const answer = await register.call('list', { boxes: null, limit: MOST });
    if (answer.kind === 'too-many') {
      const text = `The register at ${place} holds more than ${MOST.toLocaleString('en')} parcels; check against a smaller one.`;
      throw inputError('E_REGISTER', text, place);
    }
    return answer.page.parcels.map(({ id, regionId, version, geometry }) => ({
      id,
      regionId,
      regionName: regionId,
      version,
      rings: polygonsOfGeometry(geometry).flat(),
    }));
  } finally {
    await register.close();
  }
}
