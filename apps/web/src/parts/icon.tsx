/** The icons: strokes of one weight on a grid of 16. Each is decoration; its button has a name. */

const paths = {
  plus: 'M8 3v10M3 8h10',
  enter: 'M9 3h4v10H9M3 8h7M7.5 5.5 10 8l-2.5 2.5',
  people:
    'M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c0-2.2 2-3.5 4.5-3.5s4.5 1.3 4.5 3.5M11 3.3a2.5 2.5 0 0 1 0 4.5M12.2 10.2c1.5.5 2.4 1.6 2.4 3.3',
  back: 'M10 3 5 8l5 5',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  reply: 'M6.5 4 3 7.5 6.5 11M3 7.5h6c2.5 0 4 1.5 4 4.5',
  close: 'm4 4 8 8M12 4l-8 8',
  phone: 'M5 2h6a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1ZM7.5 11.8h1',
  theme: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 2.5v11',
  log: 'M3 4h10M3 8h10M3 12h6',
  send: 'M8 13V3M4 7l4-4 4 4',
  down: 'm4 6 4 4 4-4',
  public: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM2.5 8h11M8 2.5c2 2 2 9 0 11M8 2.5c-2 2-2 9 0 11',
  private: 'M4 7.5h8v6H4zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3',
  strict_private: 'M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4L8 2ZM6 8l1.5 1.5L10 7',
  pin: 'M6 2.5h4M6.5 2.5V7L4.5 9.5h7L9.5 7V2.5M8 9.5V14',
  check: 'm3.5 8.5 3 3 6-7',
  smile: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM5.8 9.3c.9 1.6 3.5 1.6 4.4 0M6.2 6.4h.01M9.8 6.4h.01',
  cluster: 'M8 2.5 13 5.2v5.6L8 13.5l-5-2.7V5.2zM8 8l5-2.8M8 8 3 5.2M8 8v5.5',
  user: 'M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8ZM2.8 13.6c.3-2.5 2.4-4 5.2-4s4.9 1.5 5.2 4',
  explain:
    'M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM6.3 6.400c.1-1 .8-1.5 1.7-1.5 1.1 0 1.8.7 1.8 1.6 0 1.3-1.7 1.3-1.8 2.600M8 11.200h.01',
  letter: 'M2.5 4h11v8h-11zM2.5 4.5 8 9l5.5-4.5',
  adapter: 'M5.5 2v3.5M10.5 2v3.5M3.5 5.5h9v2a4.5 4.5 0 0 1-9 0zM8 12v2.5',
  path: 'M3 4.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM13 14.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM4.5 3H10a2.5 2.5 0 0 1 0 5H6a2.5 2.5 0 0 0 0 5h5.5',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3',
  leave: 'M7 3H3v10h4M6 8h7M10.5 5.5 13 8l-2.5 2.5',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3 13.5 13.5',
} as const;
export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
