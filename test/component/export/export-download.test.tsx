import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ExportDownload } from '@/components/export/export-download'
import { ExportBroken, ExportRefused, fetchExport, type Safe, type Sink } from '@/components/export/fetch-export'
import { EXPORT_FRAMES, frameHead } from '@/lib/domain/trail-export'

type Piece = { text: string; next: number | null }

/** An answer in frames; with `breaks` its connection is lost behind them, within a frame. */
function answer(pieces: readonly Piece[], breaks = false): Response {
  const bytes = Buffer.concat(pieces.flatMap(({ text, next }) => [frameHead(Buffer.byteLength(text), next), Buffer.from(text)]))
  const chunks = [bytes.subarray(0, 5), bytes.subarray(5), ...(breaks ? [frameHead(100, 9)] : [])]
  return new Response(
    new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift()
        if (chunk) controller.enqueue(Uint8Array.from(chunk))
        else if (breaks) controller.error(new TypeError('network error'))
        else controller.close()
      },
    }),
    { headers: { 'content-type': EXPORT_FRAMES } },
  )
}

function textSink(): Sink & { text: string; finished: boolean } {
  return {
    text: '',
    finished: false,
    write(bytes) {
      this.text += Buffer.from(bytes).toString()
    },
    cutTo(length) {
      this.text = this.text.slice(0, length)
    },
    finish() {
      this.finished = true
    },
  }
}

const asked = vi.fn<(url: string, init: RequestInit) => Promise<Response>>()
beforeEach(() => {
  asked.mockReset()
  vi.stubGlobal('fetch', asked)
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('fetching an export', () => {
  const fetching = (sink: Sink, from: Safe, onSafe: (safe: Safe) => void = () => undefined, signal = new AbortController().signal) =>
    fetchExport({ href: (after) => `/file?after=${after}`, from, end: 3, sink, signal, onSafe })

  it('keeps what is safe when the connection breaks, and continues behind it without a gap', async () => {
    const sink = textSink()
    let safe: Safe = { next: 0, length: 0 }
    asked.mockResolvedValueOnce(
      answer(
        [
          { text: 'head,', next: null },
          { text: 'one,', next: 1 },
          { text: 'half of tw', next: null },
        ],
        true,
      ),
    )
    await expect(fetching(sink, safe, (now) => (safe = now))).rejects.toBeInstanceOf(ExportBroken)
    expect([safe, sink.finished]).toEqual([{ next: 1, length: 9 }, false])
    asked.mockResolvedValueOnce(
      answer([
        { text: 'two,', next: 2 },
        { text: 'three', next: 3 },
      ]),
    )
    await fetching(sink, safe)
    expect([sink.text, sink.finished]).toEqual(['head,one,two,three', true])
    expect(asked.mock.calls.map(([url]) => url)).toEqual(['/file?after=0', '/file?after=1'])
  })

  it('does not take an answer that ends early for the whole file', async () => {
    const sink = textSink()
    asked.mockResolvedValueOnce(answer([{ text: 'one', next: 1 }]))
    await expect(fetching(sink, { next: 0, length: 0 })).rejects.toBeInstanceOf(ExportBroken)
    expect(sink.finished).toBe(false)
  })

  it('tells a no that may pass from one that stays', async () => {
    const no = (status: number, sentence: string) =>
      new Response(`${sentence}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
    asked.mockResolvedValueOnce(no(429, 'Wait until one is through.'))
    await expect(fetching(textSink(), { next: 0, length: 0 })).rejects.toMatchObject({
      message: 'Wait until one is through.',
      mayPass: true,
    })
    asked.mockResolvedValueOnce(no(401, 'Your session has ended.'))
    const ended = await fetching(textSink(), { next: 0, length: 0 }).catch((error: unknown) => error)
    expect(ended).toBeInstanceOf(ExportRefused)
    expect(ended).toMatchObject({ mayPass: false })
  })
})

describe('the download of an export', () => {
  it('says how far it is, continues by itself where the connection broke, and saves the file', async () => {
    const saved: string[] = []
    vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }))
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download)
    })
    asked.mockResolvedValueOnce(answer([{ text: 'one', next: 1 }], true)).mockResolvedValueOnce(answer([{ text: 'two', next: 2 }]))
    render(<ExportDownload id="6f0f8d8e-5c1d-4c43-9a55-0c7a3b1f7a10" format="jsonl" length={2} name="export.jsonl" />)
    expect(screen.getByRole('link', { name: 'Download it without progress' })).toHaveProperty('download', 'export.jsonl')
    await userEvent.click(screen.getByRole('button', { name: 'Fetch the file' }))
    await screen.findByText(/It continues by itself/)
    expect(screen.getByText('1 of 2 entries looked at')).toBeTruthy()
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe('Complete. export.jsonl is saved.'), { timeout: 4_000 })
    expect(saved).toEqual(['export.jsonl'])
    expect(asked.mock.calls[1]?.[0]).toContain('after=1')
  })

  it('is paused and continued by whoever fetches it', async () => {
    let stopped = false
    asked.mockImplementationOnce(
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            stopped = true
            reject(new DOMException('stopped', 'AbortError'))
          })
        }),
    )
    render(<ExportDownload id="6f0f8d8e-5c1d-4c43-9a55-0c7a3b1f7a10" format="bundle" length={10} name="export.tar.gz" />)
    await userEvent.click(screen.getByRole('button', { name: 'Fetch the file' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Pause' }))
    await screen.findByText(/^Paused\./)
    expect(stopped).toBe(true)
    asked.mockResolvedValueOnce(new Response('It is over.\n', { status: 409, headers: { 'content-type': 'text/plain' } }))
    await userEvent.click(screen.getByRole('button', { name: 'Continue' }))
    await screen.findByText(/It is over\. What arrived is kept/)
  })
})
