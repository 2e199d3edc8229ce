/** Saves what is kept of a user as a file. */
import { useState } from 'react';
import { CallFailure } from '../rest/failure.ts';
import { rest } from '../rest/rest.ts';
import { useProblemOf } from '../session/permission.ts';
import { strings } from '../strings.ts';

const texts = strings.users;

export function ExportButton({ userId }: { readonly userId: string }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const refused = useProblemOf('read');
  const save = async () => {
    setBusy(true);
    try {
      const path = `/v1/users/${encodeURIComponent(userId)}/export`;
      saveFile(`${userId}.ndjson`, await rest<unknown>({ method: 'GET', path }));
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof CallFailure ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={isBusy || refused !== null}
        title={refused ?? texts.exportHint}
        onClick={() => void save()}
      >
        {isBusy ? texts.exporting : texts.export}
      </button>
      {problem === null ? null : (
        <span className="problem" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}

/** One line of NDJSON is JSON itself, so the answer may have been read as an object. */
function saveFile(name: string, content: unknown): void {
  const text = typeof content === 'string' ? content : `${JSON.stringify(content)}\n`;
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
