/** The process is about to end: what is under way is given up, and nothing new begins. The reason of `App.stopping`. */
export class AppStopping extends Error {
  override readonly name = "AppStopping";

  constructor() {
    super("the app is being stopped");
  }
}
