import { describe, expect, it } from 'vitest';
import { withoutLogin } from '../../pipeline/address.ts';

describe('an address that is shown', () => {
  it.each([
    ['redis://127.0.0.1:6379', 'redis://127.0.0.1:6379', false],
    ['redis://u:secret@host:6379/1', 'redis://host:6379/1', false],
    ['redis://u:12/secret@host', 'redis://host', true],
    ['postgres://canopy:55/secret@host:5432/twin', 'postgres://host:5432/twin', true],
    ['postgres://canopy:5/se@cret@host/twin', 'postgres://host/twin', true],
    ['postgres://canopy:p%2Fsecret@host/twin', 'postgres://host/twin', false],
    ['postgres://canopy:5?secret@host/twin', undefined, true],
    ['postgres://host/twin?password=sec@secret', undefined, true],
    ['no address', undefined, false],
  ])('of %s is %s', (address, shown, isMisread) => {
    const { url, isMisread: found } = withoutLogin(address);
    expect([url?.href, found]).toEqual([shown, isMisread]);
  });
});
