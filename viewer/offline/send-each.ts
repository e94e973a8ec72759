/** What came of sending one: settled for good, or to be tried again after a while. */
export type Sent = 'done' | 'later';

/**
 * Sends one after the other and asks anew for what waits before each, so that what is handed in while another is on its
 * way goes out too. Ends with `later` at the first that has to be tried again, or that waits unchanged after it was sent.
 */
export async function sendEach<T extends object>(
  next: () => T | undefined,
  send: (one: T) => Promise<Sent>,
): Promise<Sent> {
  const sent = new Set<T>();
  for (let one = next(); one !== undefined; one = next()) {
    if (sent.has(one)) return 'later';
    sent.add(one);
    if ((await send(one)) === 'later') return 'later';
  }
  return 'done';
}
