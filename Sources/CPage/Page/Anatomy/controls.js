// What is chosen: the case, and what is shown of it.

const isOn = name => find(`[data-show="${name}"]`)?.checked ?? false;
const marked = kind => findAll(`[data-${kind}]`).map(box => box.checked);

const show = async index => {
    for (const button of findAll("[data-case]"))
        button.setAttribute("aria-pressed", Number(button.dataset.case) === index);
    chosen = index;
    try {
        const shown = await load(index);
        if (chosen !== index) return;
        current = shown;
        showViewers(payload.cases[index].viewers ?? []);
        fitPlanes();
        drawPlanes();
        if (scenesWanted) drawScenes();
    } catch (error) {
        find(".an-here").textContent = "This browser cannot show the slices: " + error.message;
    }
};

// The lines that open the case in other programs, where the user has asked for names.
const showViewers = viewers => find(".an-viewers")?.replaceChildren(...viewers.flatMap(({program, line}) => {
    const [term, words, code, button] = ["dt", "dd", "code", "button"].map(name => document.createElement(name));
    term.textContent = program;
    code.textContent = line;
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy the line for ${program}`);
    button.addEventListener("click", async () => {
        getSelection().selectAllChildren(code);
        await navigator.clipboard?.writeText(line).catch(() => document.execCommand("copy"));
    });
    words.append(code, " ", button);
    return [term, words];
}));

// Cases by a Dice, from the worst, or by their numbers.
const order = () => {
    const by = find(".an-order").value;
    const score = shown => by === "number" ? shown.number : shown.dice[by] ?? Infinity;
    const buttons = findAll("[data-case]").sort((a, b) => {
        const [x, y] = [a, b].map(button => payload.cases[button.dataset.case]);
        return score(x) - score(y) || x.number - y.number;
    });
    for (const button of buttons) {
        const shown = payload.cases[button.dataset.case];
        const score = by === "number" ? 0 : by;
        const rank = shown.ranks[score];
        button.querySelector(".an-rank").textContent = rank ? rank + ": " : "";
        const dice = shown.dice[score];
        button.querySelector(".an-dice").textContent = dice == null ? "no Dice" : "Dice " + dice.toFixed(3);
    }
    find(".an-cases").replaceChildren(...buttons);
};
const step = by => {
    const buttons = findAll("[data-case]");
    const place = buttons.findIndex(button => Number(button.dataset.case) === chosen) + by;
    if (!buttons[place]) return;
    buttons[place].scrollIntoView({block: "nearest"});
    show(Number(buttons[place].dataset.case));
};

find(".an-order").addEventListener("change", () => {
    order();
    show(Number(find("[data-case]").dataset.case));
});
for (const button of findAll("[data-step]"))
    button.addEventListener("click", () => step(Number(button.dataset.step)));
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

// Pictures of what is shown.
savers.slices = () => {
    if (!current) return;
    const shown = planes.map(plane => plane.canvas);
    const gap = 8;
    const picture = document.createElement("canvas");
    picture.width = shown.reduce((sum, {width}) => sum + width + gap, -gap);
    picture.height = Math.max(...shown.map(({height}) => height));
    const context = picture.getContext("2d");
    context.fillRect(0, 0, picture.width, picture.height);
    let left = 0;
    for (const canvas of shown) {
        context.drawImage(canvas, left, 0);
        left += canvas.width + gap;
    }
    picture.toBlob(file => saveFile(`case-${payload.cases[chosen].number}-slices.png`, file));
};
savers.surfaces = async () => {
    if (!scenes.data) return;
    const address = await Plotly.toImage(scenes,
        {format: "png", width: scenes.clientWidth, height: scenes.clientHeight, scale: 2});
    saveFile(`case-${payload.cases[chosen].number}-surfaces.png`, new Blob([bytes(address.split(",")[1])]));
};

order();
show(Number(find("[data-case]").dataset.case));
