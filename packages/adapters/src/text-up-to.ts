/** @returns the whole of `body` as UTF-8, or null if it is longer than `maxBytes`: then it is not read to its end. */
export async function textUpTo(maxBytes: number, body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
