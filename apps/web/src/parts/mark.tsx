/** The mark of the product. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <circle cx="12" cy="16" r="7" />
    <circle cx="20" cy="16" r="7" />
  </svg>
);
