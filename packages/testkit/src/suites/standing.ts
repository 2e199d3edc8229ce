import { acceptCommand, banCommand, joinCommand, muteCommand, promoteCommand } from '../commands.ts';
import type { Scene } from './scene.ts';

/** A user's relation to a group. `admin` is the group's creator, `second admin` one whom the creator promoted. */
export type Standing = 'absent' | 'pending' | 'active' | 'muted' | 'admin' | 'second admin' | 'banned';

/** Brings a stranger into a standing that the group's type knows, by the commands that lead there. */
export async function seat(scene: Scene, userId: string, standing: Standing): Promise<void> {
  const { groupId } = scene;
  if (standing === 'absent' || standing === 'admin') return;
  const onUser = { groupId, actor: 'owner', userId };
  if (standing === 'banned') {
    await scene.do(banCommand(onUser));
    return;
  }
  const { status } = await scene.do(joinCommand({ groupId, userId }));
  if (standing === 'pending') return;
  if (status === 'pending') await scene.do(acceptCommand(onUser));
  if (standing === 'muted') await scene.do(muteCommand(onUser));
  if (standing === 'second admin') await scene.do(promoteCommand(onUser));
}
