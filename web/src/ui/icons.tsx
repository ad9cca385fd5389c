/** Line icons on a grid of 20; decoration only: what they mean is said in words beside them. */

const SHAPES = {
  play: <path d="M6 4.2v11.6L16 10z" fill="currentColor" strokeLinejoin="round" />,
  pause: <path d="M6.5 4.5v11M13.5 4.5v11" strokeWidth="3" />,
  previous: <path d="M15 5v10l-7-5zM5.5 5v10" />,
  next: <path d="M5 5v10l7-5zM14.5 5v10" />,
  download: <path d="M10 3.5v9M6 9l4 4 4-4M4 16.5h12" />,
  upload: <path d="M10 13V3.5M6 7.5l4-4 4 4M4 16.5h12" />,
  delete: <path d="M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.3 9v4.5M11.7 9v4.5" />,
  edit: <path d="M4 16l.8-3.6L13 4.2l2.8 2.8-8.2 8.2zM11.5 5.7l2.8 2.8" />,
  again: <path d="M15.5 7.5A6 6 0 1 0 16 11M16 4v3.8h-3.8" />,
  undo: <path d="M7.5 4L4 7.5 7.5 11M4 7.5h7.5a4 4 0 0 1 0 8H8" />,
  add: <path d="M10 4.5v11M4.5 10h11" />,
  copy: <path d="M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3" />,
  send: <path d="M3.5 10h11M10.5 5.5L15 10l-4.5 4.5" />,
  settings: (
    <>
      <path d="M3.5 6h6M14 6h2.5M3.5 14H6M10.5 14h6" />
      <circle cx="11.7" cy="6" r="2" />
      <circle cx="8.2" cy="14" r="2" />
    </>
  ),
  close: <path d="M5 5l10 10M15 5L5 15" />,
  chevron: <path d="M7 4.5l5.5 5.5L7 15.5" />,
  warning: <path d="M10 3.5l7.5 13h-15zM10 8.5v3.8M10 14.6v.1" />,
  check: <path d="M4.5 10.5l3.7 3.7 7.3-8" />,
  cross: <path d="M6 6l8 8M14 6l-8 8" />,
  wait: (
    <>
      <circle cx="10" cy="10" r="6.5" />
      <path d="M10 6.5V10l2.5 1.8" />
    </>
  ),
  work: <path d="M4 12V8M8 15V5M12 13V7M16 11.5v-3" />,
  stop: <path d="M4.5 10h11" />,
  text: <path d="M4 5.5h12M4 10h12M4 14.5h7" />,
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}
