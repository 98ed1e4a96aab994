/*
 * The one native header that Java sees: plain functions, POD parameter structs, 64-bit sizes.
 *
 * Shape letters: N packed tokens of a batch, B sequences, T length of one sequence, Hq query heads,
 * Hkv key/value heads, D head dimension, E hidden size, F feed-forward size, M rows of a weight,
 * K its columns, V vocabulary, P pages, S = 64 slots a page. Tensors are row-major and contiguous;
 * strides count elements. Addresses of tensors are passed as uint64_t, so that a Java long carries
 * them without an object.
 *
 * Two libraries implement it, each with the functions of its backend: the CPU's and CUDA's. With
 * the latter every tensor and every array of an operation lies in device memory, ids included: ids
 * are then the caller's to check. One out of range is never a wild access: its row of embed and
 * gatherRows is zeros, ropeAppend leaves its head or slot out, sample skips its ban or penalty.
 *
 * Every function checks its arguments and answers with a FoveaStatus; foveaLastError() then says
 * what was wrong, what was expected and what it got, for the calling thread. Operations enqueue on
 * the stream and may return before they are done (the CPU backend happens to finish them);
 * foveaSynchronize waits. One thread uses a stream at a time.
 */
#ifndef FOVEA_H_
#define FOVEA_H_

#include <stdint.h>

#ifdef FOVEA_EXPORT /* a shared library of its own, for checks without a JVM */
#pragma GCC visibility push(default)
#endif
#ifdef __cplusplus
extern "C" {
#endif

enum FoveaStatus {
  FOVEA_OK = 0,
  FOVEA_INVALID_ARGUMENT = 1,
  FOVEA_OUT_OF_MEMORY = 2,
  FOVEA_IO_ERROR = 3,
  FOVEA_UNSUPPORTED = 4,
  FOVEA_DEVICE_ERROR = 5
};

enum FoveaDType { FOVEA_F32 = 0, FOVEA_BF16 = 1, FOVEA_F16 = 2, FOVEA_I32 = 3, FOVEA_I64 = 4 };

/* Instruction sets of the CPU backend, each including the ones before it. */
enum FoveaIsa {
  FOVEA_ISA_AUTO = -1,
  FOVEA_ISA_PORTABLE = 0,
  FOVEA_ISA_AVX2 = 1,
  FOVEA_ISA_AVX512 = 2
};

enum { FOVEA_PAGE_SLOTS = 64 };

typedef struct FoveaStream FoveaStream;

/* Text of the last failure on this thread, never null. */
const char* foveaLastError(void);

/*
 * Opens a stream with its own pool of `threads` (0: one a core), forced to an instruction set or
 * FOVEA_ISA_AUTO. Asking for one that the processor lacks is FOVEA_UNSUPPORTED.
 */
int32_t foveaOpenStream(int32_t threads, int32_t isa, FoveaStream** out);
void foveaCloseStream(FoveaStream* stream);
int32_t foveaSynchronize(FoveaStream* stream);
int32_t foveaStreamThreads(const FoveaStream* stream);
/* "portable", "avx2" or "avx512_bf16"; of a CUDA stream its device's, "sm_90" say. */
const char* foveaStreamIsa(const FoveaStream* stream);
/* Name of the kernel that `attention` runs for pages of this type, instruction set included. */
const char* foveaAttentionKernel(const FoveaStream* stream, int32_t kvType);

/* 64-byte aligned, zeroed, backed by huge pages where the system grants them. */
int32_t foveaAllocate(int64_t bytes, uint64_t* address);
void foveaFree(uint64_t address);
/*
 * Maps a whole file read-only; its size comes back in `bytes`. What is read behind the end of a
 * file that was cut short meanwhile is zero and not the end of the process, and `sample` then gives
 * FOVEA_IO_ERROR until the file is unmapped.
 */
int32_t foveaMapFile(const char* path, uint64_t* address, int64_t* bytes);
int32_t foveaUnmapFile(uint64_t address, int64_t bytes);
/*
 * Begins this process anew, as it was called, with one environment variable set: the same process
 * id and open files, nothing else. It comes back only where that is not possible. Linux alone.
 */
int32_t foveaRestart(const char* name, const char* value);
/* From now on this process exits with this code when the Java heap is exhausted. */
int32_t foveaEndOnOutOfMemory(int32_t exitCode);

/*
 * out[n, :] = table[tokens[n], :] (+ positionTable[positions[n], :] where given).
 * tokens, positions [N] i32; table [V, E], positionTable [T, E] (0: none) in tableType; out [N, E]
 * f32.
 */
typedef struct FoveaEmbed {
  uint64_t tokens, positions, table, positionTable, out;
  int64_t numTokens, hidden, vocabulary, maxPositions;
  int32_t tableType;
} FoveaEmbed;
int32_t embed(FoveaStream* stream, const FoveaEmbed* p);

/*
 * Residual add and normalisation in one pass over each row:
 *   residual += delta (where given);  out = normalise(residual) * gamma (+ beta).
 * residual, delta [N, E] f32; gamma, beta [E] in weightType; out [N, E] in outType; statistics
 * fp32. rmsNorm: Zhang and Sennrich 2019; layerNorm: Ba et al. 2016 (beta 0: none).
 */
typedef struct FoveaNorm {
  uint64_t residual, delta, gamma, beta, out;
  int64_t numTokens, hidden;
  float epsilon;
  int32_t weightType, outType;
} FoveaNorm;
int32_t rmsNorm(FoveaStream* stream, const FoveaNorm* p);
int32_t layerNorm(FoveaStream* stream, const FoveaNorm* p);

/*
 * out[n, outColumn + m] = sum_k x[n, k] * weight[m, k] (+ bias[m]).
 * x [N, K] and weight [M, K] in type; bias [M] in biasType (f32 or type; 0: none); out has rows of
 * outStride elements in outType (f32 or type). Accumulation fp32. One reduction order for every N:
 * a row's bits depend on that row and the weight alone. With CUDA at most 16 tokens, bf16 or f16,
 * K % 8 == 0, x and weight at multiples of 16 bytes: the JVM gives all else to cuBLASLt. There the
 * weight may be read while the operation right before still runs, whose output it must not be.
 */
typedef struct FoveaLinear {
  uint64_t x, weight, bias, out;
  int64_t numTokens, inputs, outputs, outStride, outColumn;
  int32_t type, biasType, outType;
} FoveaLinear;
int32_t linear(FoveaStream* stream, const FoveaLinear* p);

/*
 * Splits packed projections, normalises heads (Qwen3), rotates q and k, appends k and v to the
 * pages. qkv [N, (Hq + 2 Hkv) D] f32: all q heads, then k, then v. qGamma, kGamma [D] in weightType
 * (0: no head norm). rotary [maxPositions, R] f32, R = rotaryDim, an even number up to D: R/2
 * cosines then R/2 sines of each position (0, with R = 0: no rotation). The first R elements of a
 * head are rotated in pairs (i, i + R/2), as in Hugging Face's rotate_half; the others pass.
 * positions [N] i32; slots [N] i64 = page * S + slot, or -1 for a row whose k and v go nowhere. q
 * out [N, Hq, D] and pages [P, Hkv, S, D] in type.
 */
typedef struct FoveaRopeAppend {
  uint64_t qkv, qGamma, kGamma, rotary, positions, slots, q, kPages, vPages;
  int64_t numTokens, queryHeads, kvHeads, headDim, rotaryDim, numPages, maxPositions;
  float epsilon;
  int32_t weightType, type;
} FoveaRopeAppend;
int32_t ropeAppend(FoveaStream* stream, const FoveaRopeAppend* p);

/*
 * Attention over paged keys and values: softmax(scale * q k^T + mask) v, as a tiled
 * FlashAttention-2 forward (Dao 2023). Serves prefill, chunked prefill, decode and any mix.
 *
 * q, out [N, Hq, D] in type; sequence i owns rows queryStart[i] .. queryStart[i + 1]; its row r
 * sits at position contextLength[i] - rows + r. Under FOVEA_CAUSAL it sees positions 0 .. its own
 * (window > 0: only the last `window` of them, its own included); under FOVEA_FULL, which takes no
 * window, all contextLength[i] of its sequence. A generated row is its sequence's last, and sees
 * the same under both.
 *
 * K and V [P, Hkv, S, D] in kvType with 64-bit element strides. pageTable [numTableRows, maxPages]
 * i32, whose row tableRow[i] lists sequence i's pages; entries past a sequence's length are never
 * read, and neither is a slot past it, which may hold NaN. Query head h reads KV head
 * h / (Hq / Hkv).
 *
 * On the CPU the walk over K/V is cut into spans whose borders are a function of position alone,
 * merged in order, so that a row's bits do not depend on its batch or chunk. With CUDA those of a
 * prompt row may depend on the chunk: its tile is counted from the chunk's start. They do not
 * depend on the batch, but for rows that see 2,048 slots or more of batches with so few prompt rows
 * that their walks are split to fill the device. A row that sees no position gives zeros.
 */
enum FoveaMaskKind { FOVEA_CAUSAL = 0, FOVEA_FULL = 1 };
typedef struct FoveaAttention {
  uint64_t q, out, k, v, kScale, vScale;        /* scales: 0 until FP8 pages exist */
  uint64_t queryStart, contextLength, tableRow; /* [B + 1], [B], [B] i32 */
  uint64_t pageTable;                           /* [numTableRows, maxPages] i32 */
  uint64_t alibiSlopes, sinks;                  /* [Hq] f32; 0: none; slots for later families */
  int64_t kPageStride, kHeadStride, kSlotStride, vPageStride, vHeadStride, vSlotStride;
  int64_t numTokens, numSequences, queryHeads, kvHeads, headDim, numPages, maxPages, numTableRows;
  float scale, softCap; /* softCap 0: none */
  int32_t mask, window; /* FoveaMaskKind; window 0: none */
  int32_t type, kvType;
  /*
   * CUDA only. The first numGenerated sequences, at most 4096, own one row each, a generated
   * token's, and take the split-KV kernel; all others are prompt rows. The choice is by what a row
   * is, never by counts, so that a generated row's bits do not depend on its batch. longestPrompt
   * is an upper bound of the prompt rows' contextLength, 0: maxPages' slots. workspace holds the
   * splits' fp32 partials: attentionWorkspace's bytes at least. Launches depend on the sizes here
   * alone, not on lengths, so that a CUDA graph may replay them; a sequence of length 0 gives
   * zeros. CUDA wants a positive scale, tensors and strides at multiples of 16 bytes, and D % 8 ==
   * 0.
   */
  int64_t numGenerated, longestPrompt;
  uint64_t workspace;
  int64_t workspaceBytes;
} FoveaAttention;
int32_t attention(FoveaStream* stream, const FoveaAttention* p);

/*
 * out = act(x[:, :F]) * x[:, F:] where gated, else act(x). x [N, 2F] or [N, F] in xType (f32 or
 * outType); out [N, F] in outType. Computed in fp32.
 */
enum FoveaActivationKind {
  FOVEA_SILU = 0,
  FOVEA_GELU_TANH = 1,
  FOVEA_GELU_ERF = 2,
  FOVEA_RELU = 3
};
typedef struct FoveaActivation {
  uint64_t x, out;
  int64_t numTokens, features;
  int32_t kind, gated, xType, outType;
} FoveaActivation;
int32_t activation(FoveaStream* stream, const FoveaActivation* p);

/* out[r, :] = x[rows[r], :]; x [N, E], out [R, E] in type; rows [R] i32. */
typedef struct FoveaGatherRows {
  uint64_t x, rows, out;
  int64_t numTokens, numRows, columns;
  int32_t type;
} FoveaGatherRows;
int32_t gatherRows(FoveaStream* stream, const FoveaGatherRows* p);

/*
 * out[places[j]] = ids[sources[j]], a negative id as 0: new pages into a page table, and the tokens
 * that one step draws into the tokens of the next. ids [M], sources (0: M = J, and ids[j]) and
 * places [J], no two alike, out [size]; all i32. With CUDA a j that is out of range is left out.
 */
typedef struct FoveaPutIds {
  uint64_t ids, sources, places, out;
  int64_t numIds, count, size; /* M, J, elements of out */
} FoveaPutIds;
int32_t putIds(FoveaStream* stream, const FoveaPutIds* p);

/*
 * One token per row of logits [R, V] f32: bans, then penalties, temperature, top-k, top-p, min-p,
 * then a draw. Per-row arrays of length R: temperature, topP, minP, repetition, presence, frequency
 * f32; topK i32 (0: off); seed, outputPosition i64; choice i32. banStart, penaltyStart [R + 1] i32
 * cut banned (token i32) and penaltyToken / penaltyCount (i32; count of the token in the output, 0:
 * only in the prompt; with CUDA a token at most once a row). Temperature 0 takes the largest logit,
 * ties to the lower id. tokens out [R] i32: the id, or -1 for a row that holds a NaN or no finite
 * logit. logits are overwritten. With CUDA V is at most 2^19.
 *
 * The draw inverts the cumulative distribution over ascending ids at u = (w + 0.5) / 2^32 with w
 * the first word of Philox-4x32-10 (Salmon et al. 2011), key = seed, counter = (position low,
 * position high, choice, 0): a pure function of seed, choice and position. Filters keep, among
 * equal logits, lower ids first.
 */
typedef struct FoveaSample {
  uint64_t logits, tokens;
  uint64_t temperature, topP, minP, topK, repetition, presence, frequency;
  uint64_t seed, outputPosition, choice;
  uint64_t banStart, banned, penaltyStart, penaltyToken, penaltyCount;
  int64_t numRows, vocabulary;
} FoveaSample;
int32_t sample(FoveaStream* stream, const FoveaSample* p);

/*
 * Ceilings of this machine, measured on the stream's threads or its device for about `seconds`:
 * streaming read bandwidth in bytes/s over `bytes` of memory, and (not with CUDA) the peak of the
 * bf16 dot product, fp32 FMA where the instruction set has none, in FLOP/s.
 */
int32_t foveaReadBandwidth(FoveaStream* stream, int64_t bytes, double seconds,
                           double* bytesPerSecond);
int32_t foveaDotPeak(FoveaStream* stream, double seconds, double* flopsPerSecond);

/*
 * CUDA devices: the functions below are in the CUDA library alone, which in turn has neither
 * foveaOpenStream, foveaStreamThreads, the host memory functions nor foveaDotPeak (matrix products
 * of more tokens than `linear` takes are cuBLASLt's, called by the JVM on foveaStreamHandle).
 *
 * A FOVEA_DEVICE_ERROR that CUDA calls sticky leaves the process without a usable device: every
 * later call answers it again.
 */
typedef struct FoveaDeviceInfo {
  char name[256];
  int32_t major, minor; /* compute capability */
  int32_t multiprocessors, driverVersion, runtimeVersion;
  int64_t totalBytes, freeBytes, l2Bytes;
} FoveaDeviceInfo;
/* 0 with FOVEA_OK where there is no driver or no device; foveaLastError then says why. */
int32_t foveaDeviceCount(int32_t* count);
int32_t foveaDescribeDevice(int32_t device, FoveaDeviceInfo* info);
/* FOVEA_UNSUPPORTED where no code for the device's architecture was built in. */
int32_t foveaOpenDevice(int32_t device, FoveaStream** out);
/* The cudaStream_t. */
uint64_t foveaStreamHandle(const FoveaStream* stream);

/* One timer a stream, by the device's clock; Stop waits for what was enqueued before it. */
int32_t foveaStartTimer(FoveaStream* stream);
int32_t foveaStopTimer(FoveaStream* stream, double* seconds);

/* 256-byte aligned device memory; its content is undefined. */
int32_t foveaDeviceAllocate(FoveaStream* stream, int64_t bytes, uint64_t* address);
int32_t foveaDeviceFree(FoveaStream* stream, uint64_t address);
/* Page-locked host memory, from which copies run beside the host's work. */
int32_t foveaPinnedAllocate(FoveaStream* stream, int64_t bytes, uint64_t* address);
int32_t foveaPinnedFree(FoveaStream* stream, uint64_t address);
int32_t foveaDeviceMemory(FoveaStream* stream, int64_t* freeBytes, int64_t* totalBytes);

/*
 * Marks in a stream's work: one is recorded behind all that is enqueued, as often as one likes, and
 * awaited without what comes later. Awaiting one that was never recorded returns at once.
 */
int32_t foveaNewEvent(FoveaStream* stream, uint64_t* event);
int32_t foveaFreeEvent(FoveaStream* stream, uint64_t event);
int32_t foveaRecordEvent(FoveaStream* stream, uint64_t event);
int32_t foveaAwaitEvent(FoveaStream* stream, uint64_t event);

/*
 * CUDA graphs: what is enqueued between Begin and End is recorded and not run; a graph is then
 * enqueued by one call and uses the same addresses and sizes every time. While recording nothing is
 * awaited and no memory allocated, and every operation has run before, as code is loaded at its
 * first run. With `graph` 0 what was recorded is dropped.
 */
int32_t foveaBeginGraph(FoveaStream* stream);
int32_t foveaEndGraph(FoveaStream* stream, uint64_t* graph);
int32_t foveaLaunchGraph(FoveaStream* stream, uint64_t graph);
int32_t foveaFreeGraph(FoveaStream* stream, uint64_t graph);

/* Enqueues a copy between host (pinned, else it blocks) and device memory, in any direction. */
int32_t foveaCopy(FoveaStream* stream, uint64_t to, uint64_t from, int64_t bytes);
int32_t foveaFill(FoveaStream* stream, uint64_t address, int32_t byteValue, int64_t bytes);
/*
 * Copies pageable host memory, a mapped file say, to the device through pinned pieces that up to
 * `threads` threads fill (8 at most, 8 MiB each, kept until the stream closes); waits for the end.
 */
int32_t foveaUpload(FoveaStream* stream, uint64_t to, uint64_t from, int64_t bytes,
                    int32_t threads);

/*
 * Workspace that `attention` needs for every batch within `bounds`: its numSequences is an upper
 * bound of numGenerated, its maxPages of maxPages; its addresses are not read.
 */
int32_t attentionWorkspace(const FoveaStream* stream, const FoveaAttention* bounds, int64_t* bytes);

/* out[n, outColumn + m] += bias[m]; the fields of FoveaLinear that it needs. */
int32_t addBias(FoveaStream* stream, const FoveaLinear* p);

/* For tests of the death path: enqueues a kernel that fails a device assertion. */
int32_t foveaFailDevice(FoveaStream* stream);

#ifdef __cplusplus
}
#endif
#ifdef FOVEA_EXPORT
#pragma GCC visibility pop
#endif

#endif /* FOVEA_H_ */
