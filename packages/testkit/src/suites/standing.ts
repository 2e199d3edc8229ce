import { acceptCommand, joinCommand, muteCommand } from '../commands.ts';
import type { Scene } from './scene.ts';

/** How a user stands to a group. `admin` is the group's creator. */
export type Standing = 'absent' | 'pending' | 'active' | 'muted' | 'admin';

/** Brings a stranger into a standing that the group's type knows, by the commands that lead there. */
export async function seat(scene: Scene, userId: string, standing: Standing): Promise<void> {
  const { groupId } = scene;
  if (standing === 'absent' || standing === 'admin') return;
  const { status } = await scene.do(joinCommand({ groupId, userId }));
  if (standing === 'pending') return;
  if (status === 'pending') await scene.do(acceptCommand({ groupId, actor: 'owner', userId }));
  if (standing === 'muted') await scene.do(muteCommand({ groupId, actor: 'owner', userId }));
}
