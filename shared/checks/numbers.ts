/** Hectares as people say them: square metres below a tenth of a hectare, else two decimals. */
export function hectares(ha: number): string {
  if (ha === 0) return '0 ha';
  const squareMetres = ha * 10_000;
  if (squareMetres < 1) return `${squareMetres.toPrecision(1)} m²`;
  if (squareMetres < 1000) return `${Math.round(squareMetres).toLocaleString('en')} m²`;
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return `${ha.toLocaleString('en', digits)} ha`;
}

/** Metres with a decimal below ten. */
export function metres(m: number): string {
  return `${m < 10 ? m.toFixed(1) : Math.round(m).toLocaleString('en')} m`;
}

/** Percent without decimals, but never 0 or 100 where it is not. */
export function percent(pct: number): string {
  if (pct > 0 && pct < 1) return pct < 0.01 ? 'less than 0.01 %' : `${pct.toPrecision(1)} %`;
  // A rounding short of all of it is all of it.
  if (pct > 99 && pct < 100 - 1e-6) return `${pct > 99.99 ? 'more than 99.99' : pct.toFixed(2)} %`;
  return `${Math.round(pct).toLocaleString('en')} %`;
}
