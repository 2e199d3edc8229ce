/** The rows of all operations. */
import type { ClusterRoute } from '../cluster-routes.ts';
import type { NodeRoute } from '../node-routes.ts';
import type { RequestRoute } from '../rest.ts';
import { groupOperations, messageOperations, userOperations } from './group-operations.ts';
import { memberOperations } from './member-operations.ts';
import type { OperationRow } from './operation-row.ts';
import { clusterOperations, deadLetterOperations, nodeOperations } from './operator-operations.ts';

type RowName = RequestRoute['request'] | ClusterRoute['name'] | NodeRoute['name'];

/** By the request or the name of the route. */
export const operationRows: Readonly<Partial<Record<RowName, OperationRow>>> = {
  ...groupOperations,
  ...memberOperations,
  ...messageOperations,
  ...userOperations,
  ...deadLetterOperations,
  ...clusterOperations,
  ...nodeOperations,
};
