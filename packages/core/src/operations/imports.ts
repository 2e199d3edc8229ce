/** Takes messages of other systems into a group. */
import { type RequestArgs, type RequestResult, SERVICE } from '@plenum/protocol';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { Imports } from '../ports/imports.ts';
import type { Caller, OperationDeps } from './operations.ts';

export class ImportOperations {
  readonly #imports: Imports;

  constructor({ engine }: Pick<OperationDeps, 'engine'>) {
    this.#imports = engine.imports;
  }

  import_messages = async (
    caller: Caller,
    { group_id: groupId, import_id: importId, position, messages }: RequestArgs<'import_messages'>,
  ): Promise<Outcome<RequestResult<'import_messages'>>> => {
    if (caller.actor !== SERVICE) return fail({ code: 'forbidden' });
    const outcome = await this.#imports.append({
      groupId,
      importId,
      position,
      messages:
        messages?.map((one, at) => ({
          sender: one.from_user_id,
          requestId: one.request_id ?? `import-${position + at}`,
          message: one.message,
          metadata: one.metadata === undefined ? null : JSON.stringify(one.metadata),
          timestamp: one.timestamp,
        })) ?? null,
    });
    if (outcome.type === 'refused') return fail(outcome.failure);
    const { imported, epoch, seq } = outcome;
    return succeed({ imported, epoch, seq });
  };
}
