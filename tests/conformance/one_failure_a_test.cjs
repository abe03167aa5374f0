// For mocha: the kinesalite suite's assertions throw in callbacks, several of a test one after the other. What a test
// that has failed, or an earlier one, still throws says nothing about the test of the moment.
const { AsyncLocalStorage } = require('node:async_hooks');
const { Runnable, Runner } = require(require.resolve('mocha', { paths: [process.cwd()] }));

const owner = new AsyncLocalStorage();
const run = Runnable.prototype.run;
Runnable.prototype.run = function (...rest) {
  return owner.run(this, () => run.apply(this, rest));
};
const uncaught = Runner.prototype._uncaught;
Runner.prototype._uncaught = function (error) {
  const thrower = owner.getStore();
  if (thrower && (thrower !== this.currentRunnable || thrower.state)) return;
  uncaught.call(this, error);
};
process.on('uncaughtException', () => {}); // mocha's own listener ends with the run
