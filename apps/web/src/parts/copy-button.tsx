/** A button that copies a text, and says that it did. */
import { useState } from 'react';
import { partStrings } from './part-strings.ts';

const saidMs = 1500;

export function CopyButton({ text, value }: { readonly text: string; readonly value: () => string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(value());
    setCopied(true);
    setTimeout(() => setCopied(false), saidMs);
  };
  return (
    <button type="button" className="button is-small" onClick={() => void copy()}>
      <span aria-live="polite">{isCopied ? partStrings.copied : text}</span>
    </button>
  );
}

/** Without TLS a page has no clipboard: then the text is copied out of a field. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
