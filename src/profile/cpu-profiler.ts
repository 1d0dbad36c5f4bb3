import { Session } from 'node:inspector/promises';

/** What V8's sampling profiler gives (.cpuprofile): times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly CpuNode[];
  readonly startTime: number;
  readonly endTime: number;
  /** Ids of nodes. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface CpuNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** Bytes that functions asked for, by V8's sampling heap profiler. */
export interface HeapNode {
  readonly callFrame: CpuNode['callFrame'];
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/** Exact numbers of calls, by "url:line" of where a function begins. */
export type CallCounts = ReadonlyMap<string, number>;

export interface Recording {
  readonly cpu: CpuProfile;
  readonly calls: CallCounts | undefined;
  readonly heap: HeapNode | undefined;
}

export interface RecordingOptions {
  /** Microseconds between samples. */
  readonly interval: number;
  /**
   * Counts every call: V8 runs all functions without inlining meanwhile, so that times are longer.
   */
  readonly counts?: boolean;
  /** Samples what is allocated. */
  readonly heap?: boolean;
}

let busy = false;
/** Whoever forgets to stop is stopped: the longest look takes two minutes. Milliseconds. */
const longest = 150_000;

/** One at a time in a process; undefined: somebody else is at it. */
export async function startRecording(options: RecordingOptions): Promise<(() => Promise<Recording>) | undefined> {
  if (busy) return undefined;
  busy = true;
  const session = new Session();
  try {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: options.interval });
    if (options.counts) await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    if (options.heap) await session.post('HeapProfiler.startSampling', { samplingInterval: 8192 });
    await session.post('Profiler.start');
  } catch (error) {
    session.disconnect();
    busy = false;
    throw error;
  }
  let stopped: Promise<Recording> | undefined;
  const stop = async (): Promise<Recording> => {
    clearTimeout(timer);
    try {
      const { profile } = await session.post('Profiler.stop');
      const calls = options.counts ? await callCounts(session) : undefined;
      const heap = options.heap ? (await session.post('HeapProfiler.stopSampling')).profile.head : undefined;
      return { cpu: profile as CpuProfile, calls, heap: heap as HeapNode | undefined };
    } finally {
      session.disconnect();
      busy = false;
    }
  };
  const timer = setTimeout(() => {
    stopped ??= stop();
    stopped.catch(() => undefined);
  }, longest);
  timer.unref();
  return () => {
    stopped ??= stop();
    return stopped;
  };
}

async function callCounts(session: Session): Promise<CallCounts> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  await session.post('Profiler.stopPreciseCoverage');
  const counts = new Map<string, number>();
  for (const { url, functions } of result)
    for (const { functionName, ranges } of functions) {
      const [{ count } = { count: 0 }] = ranges;
      if (count > 0 && functionName !== '') {
        const key = `${url} ${functionName}`;
        counts.set(key, (counts.get(key) ?? 0) + count);
      }
    }
  return counts;
}
