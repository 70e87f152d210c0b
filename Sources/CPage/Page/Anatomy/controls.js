// What is chosen: the case, and what is shown of it.

const isOn = name => find(`[data-show="${name}"]`)?.checked ?? false;
const marked = kind => findAll(`[data-${kind}]`).map(box => box.checked);

const show = async index => {
    for (const button of findAll("[data-case]"))
        button.setAttribute("aria-pressed", Number(button.dataset.case) === index);
    chosen = index;
    const shown = await load(index);
    if (chosen !== index) return;
    current = shown;
    fitPlanes();
    drawPlanes();
    if (scenesWanted) drawScenes();
};

for (const button of findAll("[data-case]"))
    button.addEventListener("click", () => show(Number(button.dataset.case)));
for (const box of findAll("[data-show], [data-outline]")) box.addEventListener("change", drawPlanes);
for (const box of findAll("[data-surface]")) box.addEventListener("change", drawScenesAgain);
for (const [name, value] of [["all", true], ["none", false]])
    for (const button of findAll(`[data-${name}]`))
        button.addEventListener("click", () => {
            const kind = button.dataset[name];
            for (const box of findAll(`[data-${kind}]`)) box.checked = value;
            kind === "outline" ? drawPlanes() : drawScenesAgain();
        });
show(0).catch(error => {
    find(".an-here").textContent = "This browser cannot show the slices: " + error.message;
});
