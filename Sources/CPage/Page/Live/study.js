// The trials of a search that is watched.

const redraw = { isDue: false };

startLive(change => {
    if (!change.report) return;
    // Of trials and curves those alone come that have changed.
    const { trials, curves, anatomy, ...others } = change.report;
    Object.assign(report, others);
    for (const trial of trials) report.trials[trial.number] = trial;
    Object.assign(report.curves, curves);
    countCompleted();
    countStates();
    // A page in the background draws when it is looked at.
    redraw.isDue = true;
    redrawIfSeen();
});
document.addEventListener("visibilitychange", redrawIfSeen);

function redrawIfSeen() {
    if (!redraw.isDue || document.hidden) return;
    redraw.isDue = false;
    drawTable();
    drawCharts();
}
