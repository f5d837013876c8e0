/** Why execution leaves a batch or scope before its end. None of these reaches a client. */

/** Everything stops: the batch with all scopes in it. The error has been sent. */
export class BatchAborted extends Error {
  override readonly name = "BatchAborted";
}

/** ATTENTION, or the connection is gone. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}
