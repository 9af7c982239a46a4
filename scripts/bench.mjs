import { onOwnNode } from './bootstrap.mjs'

// npm run bench [-- --quick] [-- --only evidence,audited,sign,verdict,ingest,judging,matrix,writers,record,pages,starts]: figures beside a bare route and bare SQL, in one run.

await onOwnNode(import.meta.url, async () => {
  const { bench } = await import('./bench/command.mjs')
  await bench(process.argv.slice(2))
})
