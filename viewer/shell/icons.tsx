/** Line icons on a 20 × 20 field, drawn in the colour of the text. */
const PATHS = {
  link: 'M8.5 11.5a3 3 0 0 0 4.3 0l2.9-2.9a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.9 2.9a3 3 0 0 0 4.3 4.3l1-1',
  export: 'M10 3v9.5M6.5 9.2 10 12.7l3.5-3.5M3.5 13.5v3h13v-3',
  help: 'M7.6 7.6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2 1-1.2 1.8M10 14.2v.1M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0Z',
  light:
    'M13.2 10a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0ZM10 2.5v1.7M10 15.8v1.7M2.5 10h1.7M15.8 10h1.7M4.7 4.7l1.2 1.2M14.1 14.1l1.2 1.2M15.3 4.7l-1.2 1.2M5.9 14.1l-1.2 1.2',
  dark: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3Z',
  auto: 'M17.2 10a7.2 7.2 0 1 1-14.4 0 7.2 7.2 0 0 1 14.4 0ZM10 2.8v14.4M10 5.5h5.6M10 8.5h7M10 11.5h7M10 14.5h5.6',
  close: 'M5 5l10 10M15 5 5 15',
  down: 'M5.5 8l4.5 4.5L14.5 8',
  left: 'M12 5.5 7.5 10l4.5 4.5',
  right: 'M8 5.5l4.5 4.5L8 14.5',
  layers: 'M10 3.2 17 7l-7 3.8L3 7l7-3.8ZM3.4 10.4 10 14l6.6-3.6M3.4 13.6 10 17.2l6.6-3.6',
  legend: 'M3.5 4h4v3.2h-4zM3.5 8.4h4v3.2h-4zM3.5 12.8h4V16h-4zM10.5 5.6h6M10.5 10h6M10.5 14.4h6',
  table: 'M3.5 4.5h13v11h-13zM3.5 8.2h13M3.5 11.8h13M8 8.2v7.3',
  map: 'M7.5 4.2 3 6v10l4.5-1.8 5 1.8L17 14.2v-10L12.5 6l-5-1.8ZM7.5 4.2v10M12.5 6v10',
  parcel: 'M4 6.5 11.5 3.5 16.5 9 14 16.5 5 14.5 4 6.5Z',
  warning: 'M10 3.2 17.8 16.5H2.2L10 3.2ZM10 8.2v4M10 14.3v.1',
  swap: 'M4 7.2h11.5M12.5 4.2l3 3-3 3M16 12.8H4.5M7.5 9.8l-3 3 3 3',
  more: 'M5 10h.1M10 10h.1M15 10h.1',
  check: 'M4.5 10.5 8.2 14l7.3-8',
  import: 'M10 12.5V3M6.5 6.3 10 2.8l3.5 3.5M3.5 13.5v3h13v-3',
  add: 'M10 4v12M4 10h12',
  place:
    'M10 17.5s5.5-5.2 5.5-9.2a5.5 5.5 0 0 0-11 0c0 4 5.5 9.2 5.5 9.2ZM11.8 8.2a1.8 1.8 0 1 1-3.6 0 1.8 1.8 0 0 1 3.6 0Z',
  pack: 'M3.5 6.5 10 3l6.5 3.5v7L10 17l-6.5-3.5v-7ZM3.7 6.6 10 10l6.3-3.4M10 10v6.8',
  reset: 'M4.2 8.2A6.3 6.3 0 1 1 3.8 11M4 4v4.3h4.3',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  const isDots = name === 'more';
  return (
    <svg
      className="shell-icon"
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth={isDots ? 2.6 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
