// A page of parts alone.

startLive(() => {});
