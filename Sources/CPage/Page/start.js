// Draws everything, and again where colours change.

function drawCharts() {
    drawEvolution();
    if (completed.length) {
        drawCosts();
        drawImportance();
        drawSlices();
        drawParallel();
    }
    if (document.getElementById("trial").open) drawCurves();
    if (document.getElementById("pair").open) drawPair();
}

document.querySelectorAll('[name="evolution-view"]').forEach(choice =>
    choice.addEventListener("change", drawEvolution));
document.addEventListener("click", event => {
    const button = event.target.closest("button.trial");
    if (button) showTrial(Number(button.dataset.trial));
});
startTable();
keepDrawn(() => {
    drawTable();
    drawCharts();
});
