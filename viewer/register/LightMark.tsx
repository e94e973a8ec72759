import type { Light } from '../../shared/eligibility.ts';

/** Lights as signs: a tick in a disc, a cross in an octagon, a question in a square. Colour comes last. */
const FRAMES: Readonly<Record<Light, string>> = {
  pass: 'M18 10A8 8 0 1 1 2 10a8 8 0 0 1 16 0Z',
  fail: 'M6.7 2h6.6L18 6.7v6.6L13.3 18H6.7L2 13.3V6.7Z',
  'more-information': 'M3 3h14v14H3Z',
};
const SIGNS: Readonly<Record<Light, string>> = {
  pass: 'M6.2 10.4 9 13.1l5-5.8',
  fail: 'M7 7l6 6M13 7l-6 6',
  'more-information': 'M7.8 8.1a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2 1-1.2 1.7M10 14.1v.1',
};

export function LightMark({ light }: { readonly light: Light }) {
  return (
    <svg className={`reg-light reg-light-${light}`} viewBox="0 0 20 20" aria-hidden="true">
      <path className="reg-light-frame" d={FRAMES[light]} />
      <path className="reg-light-sign" d={SIGNS[light]} />
    </svg>
  );
}
