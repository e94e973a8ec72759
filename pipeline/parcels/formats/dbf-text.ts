/** How the texts of a .dbf become letters. */
export interface DbfCharset {
  readonly decode: (bytes: Uint8Array) => string;
  /** For people, such as `windows-1252`. */
  readonly label: string;
  /** Whether the file said so; else it was found out or taken for granted. */
  readonly isStated: boolean;
}

/** Letters 128 to 255 of the code pages of DOS, which `TextDecoder` does not know; source: Unicode's mapping tables. */
const DOS: Readonly<Record<string, string>> = {
  cp437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  cp850:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
  cp852:
    'ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u00ad˝˛ˇ˘§÷¸°¨˙űŘř■\u00a0',
};

/** Language driver of byte 29 of the header → character set (dBASE, ESRI). */
const LANGUAGE_DRIVERS: Readonly<Record<number, string>> = {
  1: 'cp437',
  2: 'cp850',
  3: 'windows-1252',
  13: 'cp437',
  14: 'cp850',
  19: 'shift_jis',
  31: 'cp852',
  38: 'ibm866',
  64: 'cp852',
  77: 'gbk',
  78: 'euc-kr',
  79: 'big5',
  87: 'windows-1252',
  88: 'windows-1252',
  89: 'windows-1252',
  100: 'cp852',
  101: 'ibm866',
  120: 'big5',
  121: 'euc-kr',
  122: 'gbk',
  123: 'shift_jis',
  124: 'windows-874',
  200: 'windows-1250',
  201: 'windows-1251',
  202: 'windows-1254',
  203: 'windows-1253',
  204: 'windows-1257',
};

/**
 * The character set of a .dbf: what the .cpg file says, else the language driver of its header, else UTF-8 where all
 * `cells` are UTF-8, else windows-1252, which most programs on Windows in western Europe and Africa write.
 */
export function chooseCharset(cpg: string | null, languageDriver: number, cells: readonly Uint8Array[]): DbfCharset {
  const stated = (cpg === null ? null : labelOfCpg(cpg)) ?? LANGUAGE_DRIVERS[languageDriver] ?? null;
  if (stated === 'utf-8' && !areUtf8(cells)) return charset('windows-1252', false);
  if (stated !== null) return charset(stated, true);
  return charset(areUtf8(cells) ? 'utf-8' : 'windows-1252', false);
}

function charset(label: string, isStated: boolean): DbfCharset {
  const page = DOS[label];
  if (page !== undefined) return { decode: (bytes) => decodeDos(bytes, page), label, isStated };
  const decoder = new TextDecoder(label);
  return { decode: (bytes) => decoder.decode(bytes), label, isStated };
}

function decodeDos(bytes: Uint8Array, page: string): string {
  let text = '';
  for (const byte of bytes) text += byte < 128 ? String.fromCharCode(byte) : page.charAt(byte - 128);
  return text;
}

/** Ways in which programs write a character set into a .cpg file; null for one that is not known. */
function labelOfCpg(cpg: string): string | null {
  const name = cpg
    .replace(/^\uFEFF/, '')
    .trim()
    .toLowerCase()
    .slice(0, 40);
  const driver = /^ldid\/(\d+)$/.exec(name);
  if (driver !== null) return LANGUAGE_DRIVERS[Number(driver[1])] ?? null;
  const digits = /^(?:cp|ansi|oem|windows|ibm)?[ _-]*(\d{3,5})$/.exec(name)?.[1];
  if (digits === '65001') return 'utf-8';
  if (digits !== undefined && `cp${digits}` in DOS) return `cp${digits}`;
  if (digits === '866') return 'ibm866';
  if (digits !== undefined && /^125[0-8]$|^874$/.test(digits)) return `windows-${digits}`;
  const iso = /^(?:iso[ _-]*)?8859[ _-]*(\d{1,2})$/.exec(name)?.[1];
  try {
    return new TextDecoder(iso === undefined ? name : `iso-8859-${iso}`).encoding;
  } catch {
    return null;
  }
}

/** A letter that was cut at the end of its cell says nothing against UTF-8. */
function areUtf8(cells: readonly Uint8Array[]): boolean {
  try {
    for (const cell of cells) new TextDecoder('utf-8', { fatal: true }).decode(cell, { stream: true });
    return true;
  } catch {
    return false;
  }
}
