/**
 * A text fit for a terminal: control characters but line breaks and tabs, and signs that turn the direction of writing, are
 * replaced. Names in a file may hold sequences that a terminal would obey.
 */
export function terminalText(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
