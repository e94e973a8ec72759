/** What may be shown of the address of a server. */
interface ShownAddress {
  /** The address without user name and password; null where it cannot be told where they end. */
  readonly url: URL | null;
  /** Whether a character of the password ends it too early, so that a part of it is taken for a port or a path. */
  readonly isMisread: boolean;
}

/**
 * Cuts user name and password out of an address before anything else is made of it: everything up to the last `@`. An
 * unescaped `/` in a password would otherwise have the rest of it shown as a path.
 */
export function withoutLogin(address: string): ShownAddress {
  const [, scheme = '', login = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)(?:(.*)@)?(.*)$/is.exec(address) ?? [];
  // An `@` in a parameter, which may be a password too.
  const isUnclear = /[?#]/.test(login);
  const shown = `${scheme}${rest}`;
  return { url: !isUnclear && URL.canParse(shown) ? new URL(shown) : null, isMisread: /[/?#]/.test(login) };
}
