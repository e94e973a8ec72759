import { CanopyError } from '../../shared/errors.ts';

const PART = /^[A-Za-z0-9_-]+(?:\.[a-z]+)?$/;
const PREFIX = /^(?:[A-Za-z0-9_-]+(?:\.[a-z]+)?\/)?(?:[A-Za-z0-9_-]+(?:\.[a-z]*)?)?$/;

/** Whether a name is one that a unit store gives to files: at most one folder deep, no dots but that of an ending. */
export function isUnitName(name: string): boolean {
  const parts = name.split('/');
  return parts.length <= 2 && parts.every((part) => PART.test(part));
}

/** Names are made by us of hashes, so that another one is a bug or an attack: `E_STORE_NAME`, and nothing is touched. */
export function checkUnitName(name: string): void {
  if (!isUnitName(name)) throw wrongName('name', name);
}

/** A prefix is the beginning of a name, an empty one included. */
export function checkUnitPrefix(prefix: string): void {
  if (!PREFIX.test(prefix)) throw wrongName('beginning of a name', prefix);
}

function wrongName(what: string, name: string): CanopyError {
  const message = `"${name.slice(0, 80)}" is no ${what} of a file of a unit store, such as units/3f2a.tcu. Please report this.`;
  return new CanopyError({ kind: 'bug', code: 'E_STORE_NAME', message });
}

/** An address as it may appear in a message: somebody may have put keys into it. */
export function withoutLogin(place: string): string {
  return place.replace(/\/\/[^/]*@/, '//…@');
}
