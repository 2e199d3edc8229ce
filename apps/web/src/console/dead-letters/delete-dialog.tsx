/** Asks for a word before deliveries are dropped. */
import { Field, FormWindow } from '../../parts/form.tsx';
import { deadLetters as texts } from '../operation-strings.ts';

interface DeleteDialogProps {
  /** How many, as a text. */
  readonly count: string;
  readonly onDelete: () => void;
  readonly onClose: () => void;
}

export function DeleteDialog({ count, onDelete, onClose }: DeleteDialogProps) {
  const submit = async (fields: Readonly<Record<string, string>>) => {
    if (fields['word'] !== texts.word) return texts.otherWord;
    onDelete();
    return null;
  };
  return (
    <FormWindow title={texts.deleteTitle} submit={texts.delete} onSubmit={submit} onClose={onClose}>
      <p>{texts.deleteText(count)}</p>
      <Field name="word" label={texts.wordLabel} hint={texts.wordHint} isFirst isRequired />
    </FormWindow>
  );
}
