// The outcomes of a comparison that is watched.

startLive(change => {
    if (!change.report) return;
    Object.assign(report, change.report);
    drawCases();
});
