// The numbers of the report, and how all its charts look.
const report = JSON.parse(document.getElementById("data").textContent);
const isDark = matchMedia("screen and (prefers-color-scheme: dark)");

// While the page is laid out for paper: light, no wider than 680 pixels between margins, and without controls.
let isPaper = false;
const paperWidth = 680;

/** A colour of the page, which follows the light or dark scheme. */
function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

function decimals(value, places = 3) {
    return value == null ? "–" : value.toFixed(places);
}

function grouped(count) {
    return count == null ? "–" : count.toLocaleString("en-US");
}

function duration(seconds) {
    if (seconds == null) return "–";
    if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
    const minutes = Math.round(seconds / 60);
    return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The unit in which a chart shows seconds. */
function timeUnit(seconds) {
    if (seconds < 180) return { name: "s", seconds: 1 };
    if (seconds < 3 * 3600) return { name: "min", seconds: 60 };
    return seconds < 3 * 86400 ? { name: "h", seconds: 3600 } : { name: "days", seconds: 86400 };
}

/** Texts from the data are names that people gave: plotly.js would take some of them for markup. */
function plain(text) {
    return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function axis(title, more = {}) {
    return {
        title: { text: title }, gridcolor: colour("line") + "40", linecolor: colour("line"),
        zeroline: false, automargin: true, ...more,
    };
}

function layout(more) {
    return {
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
        font: { color: colour("ink"), family: "system-ui, sans-serif", size: 13 },
        margin: { l: 60, r: 16, t: 16, b: 50 }, hovermode: "closest", dragmode: false,
        hoverlabel: {
            bgcolor: colour("panel"), bordercolor: colour("line"),
            font: { color: colour("ink") }, align: "left",
        },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("muted"), activecolor: colour("accent") },
        legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
        ...more,
    };
}

const settings = {
    // On a phone its buttons would hide the legend, and fingers do without.
    displayModeBar: innerWidth < 700 ? false : "hover",
    responsive: true, displaylogo: false, showSendToCloud: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "toImage"],
};

savers.chart = async (button, name) => {
    const chart = button.parentElement.querySelector(".chart");
    if (!chart.data) return;
    const look = { ...chart.layout, paper_bgcolor: colour("paper"), plot_bgcolor: colour("paper") };
    const size = { width: chart.clientWidth, height: chart.clientHeight };
    const address = await Plotly.toImage({ data: chart.data, layout: look }, { format: "svg", ...size });
    saveFile(name + ".svg", decodeURIComponent(address.slice(address.indexOf(",") + 1)), "image/svg+xml");
};

/** Draws a chart, again where it is there; points that carry a trial's number open its curves. */
function draw(name, traces, look, points = trialPoints(traces)) {
    const place = document.getElementById(name + "-chart");
    if (!place) return;
    // plotly.js writes into the layout that it is given.
    const paint = () => {
        const size = isPaper ? { width: Math.round(place.clientWidth) } : {};
        return Plotly.react(place, traces, layout({ ...structuredClone(look), ...size }), settings);
    };
    paint();
    if (points) takeKeys(place, points, paint);
    if (place.dataset.listens) return;
    place.dataset.listens = "true";
    place.on("plotly_click", event => {
        const number = event.points[0]?.customdata;
        if (Number.isInteger(number)) showTrial(number);
    });
}

/** Ticks at whole numbers, where these are few. */
function wholeTicks(values) {
    const shown = [...new Set(values)].sort((a, b) => a - b);
    return shown.length <= 8 ? { tickmode: "array", tickvals: shown, ticktext: shown.map(String) } : {};
}

/** A logarithmic axis where costs differ by more than ten times. */
function costAxis(title, values) {
    const isWide = Math.max(...values) > 10 * Math.min(...values);
    return axis(title, isWide ? { type: "log", dtick: "D2", exponentformat: "SI" } : {
        rangemode: "tozero", exponentformat: "SI",
    });
}

/** SVG is sharper, but slow for thousands of points. */
function scatterKind(count) {
    return count > 3000 ? "scattergl" : "scatter";
}

/** The lines of text at the point of a trial. */
function pointLines(trial) {
    const isCompleted = trial.state === "completed";
    return [
        `trial ${trial.number}, ${isCompleted ? `Dice ${decimals(trial.dice)}` : report.words[trial.state]}`, trial.form,
        isCompleted ? `${grouped(trial.parameters)} parameters, ${duration(trial.seconds)}` : trial.reason ?? "",
    ];
}

function hover(trial) {
    const [first, ...others] = pointLines(trial).map(plain);
    return [`<b>${first}</b>`, ...others].join("<br>");
}

/** Draws all, again where colours change, and for paper at its size. */
function keepDrawn(drawAll) {
    isDark.addEventListener("change", drawAll);
    for (const [event, isBefore] of [["beforeprint", true], ["afterprint", false]]) {
        addEventListener(event, () => {
            isPaper = isBefore;
            document.documentElement.classList.toggle("paper", isPaper);
            drawAll();
            if (isPaper) return;
            for (const place of document.querySelectorAll(".chart")) if (place.clientWidth) Plotly.Plots.resize(place);
        });
    }
    drawAll();
    // What plotly.js measures texts with is nothing to read.
    document.getElementById("js-plotly-tester")?.setAttribute("aria-hidden", "true");
}
