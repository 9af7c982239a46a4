import { createHash } from 'node:crypto'
import { merkleTree, type Sha256 } from '@/lib/domain/log/merkle'

/** SHA-256 by Node's own crypto: some ten times the portable one. */
export const nodeSha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest()

/** The tree of RFC 6962 over Node's SHA-256, for processes that hash much. */
export const nodeTree = merkleTree(nodeSha256)
