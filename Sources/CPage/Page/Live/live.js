// A page that is watched: what has changed since it was made comes as events, and replaces parts by their ids.

const live = {
    position: document.querySelector('meta[name="segnas3d-position"]')?.content,
    source: null,
    /** When the server was last heard, by this machine's clock, and how far ahead the server's clock is. */
    heard: Date.now(), ahead: 0,
    /** What keeps the server from reading the files. */
    problem: "",
    /** Whether a button of the mouse is down, or a finger on the page, and the changes that came meanwhile. */
    isPressed: false, waiting: [],
};

/** Begins to listen; `apply` takes what else than parts has changed. A report, which has no position, does not change. */
function startLive(apply) {
    if (!live.position) return;
    // The token is in a cookie now: it need not stand where it is seen or sent on.
    history.replaceState(history.state, "", location.pathname + location.hash);
    listen(apply);
    setInterval(() => {
        tick();
        // A machine that slept, or a network that changed, may have lost the connection without noticing.
        if (Date.now() - live.heard > 45_000) listen(apply);
    }, 1000);
    document.addEventListener("visibilitychange", () => {
        if (!document.hidden && Date.now() - live.heard > 20_000) listen(apply);
    });
    // What is pressed and replaced before it is released would not be clicked.
    addEventListener("pointerdown", () => { live.isPressed = true; });
    for (const end of ["pointerup", "pointercancel", "blur"]) {
        addEventListener(end, () => {
            live.isPressed = false;
            setTimeout(() => { for (const change of live.waiting.splice(0)) change(); });
        });
    }
    tick();
}

function listen(apply) {
    live.source?.close();
    live.heard = Date.now();
    const source = new EventSource("events?since=" + encodeURIComponent(live.position));
    live.source = source;
    source.addEventListener("open", () => hear());
    source.addEventListener("beat", event => hear(JSON.parse(event.data)));
    source.addEventListener("change", event => {
        const change = JSON.parse(event.data);
        live.position = event.lastEventId || live.position;
        live.problem = change.problem ?? live.problem;
        hear(change);
        const show = () => {
            if (change.reload) return reload();
            for (const [id, html] of Object.entries(change.parts)) replacePart(id, html);
            arrange(change.order, change.parts);
            apply(change);
            filterPage();
            tick();
        };
        if (live.isPressed) live.waiting.push(show); else show();
    });
    source.addEventListener("error", () => {
        // The browser tries again by itself, unless it was refused.
        const isRefused = source.readyState === EventSource.CLOSED;
        say(isRefused ? "The server refuses this page: open the link that it prints."
            : "The server does not answer; this page tries again every second.");
        if (isRefused) setTimeout(() => live.source === source && listen(apply), 5000);
    });
}

function hear(message) {
    live.heard = Date.now();
    if (message) live.ahead = message.now * 1000 - Date.now();
    say(live.problem);
}

/** Says what is wrong with the connection, or nothing. */
function say(words) {
    const place = document.getElementById("connection");
    if (place.textContent !== words) place.textContent = words;
    place.hidden = !words;
}

/** Sections come and go, and the links to them. */
function arrange(order, parts) {
    const main = document.querySelector("main");
    for (const section of main.querySelectorAll(":scope > section")) if (!order.includes(section.id)) section.remove();
    let before = main.querySelector(":scope > noscript");
    for (const id of order) {
        if (!document.getElementById(id) && parts[id]) before.insertAdjacentHTML("afterend", parts[id]);
        before = document.getElementById(id) ?? before;
    }
    const links = document.querySelector(".bar nav");
    const shown = [...main.querySelectorAll(":scope > section")];
    if ([...links.children].map(link => link.hash).join() === shown.map(section => "#" + section.id).join()) return;
    links.replaceChildren(...shown.flatMap(section => {
        const link = document.createElement("a");
        link.href = "#" + section.id;
        link.textContent = section.querySelector("h2").textContent;
        return [link, "\n"];
    }));
}

/** What only another page can show came: the page is made anew, as soon as nobody reads in a dialog. */
function reload() {
    const dialog = document.querySelector("dialog[open]");
    if (dialog) return dialog.addEventListener("close", reload, { once: true });
    // What was chosen to be compared is chosen in the next page too.
    if (typeof compared !== "undefined") history.replaceState({ compared }, "");
    location.reload();
}

/** Times are counted on between events. */
function tick() {
    for (const place of document.querySelectorAll("time[data-since]")) {
        const seconds = Math.max(0, (Date.now() + live.ahead) / 1000 - Number(place.dataset.since));
        place.textContent = elapsed(seconds);
    }
}

function elapsed(seconds) {
    if (seconds < 90) return `${Math.floor(seconds)} s`;
    const minutes = Math.floor(seconds / 60);
    return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Charts, open details and the focus stay as they are. */
function replacePart(id, html) {
    const old = document.getElementById(id);
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    if (!old || !fresh) return;
    for (const chart of old.querySelectorAll(".plot > .chart")) {
        const place = fresh.querySelector(`#${chart.id}`);
        if (!place) continue;
        chart.style.setProperty("--count", place.style.getPropertyValue("--count"));
        place.parentElement.replaceWith(chart.parentElement);
    }
    for (const details of old.querySelectorAll("details[open][id]")) {
        fresh.querySelector(`#${details.id}`)?.setAttribute("open", "");
    }
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const trial = focused?.dataset.trial;
    old.replaceWith(fresh);
    if (!focused) return;
    const again = focused.isConnected ? focused
        : focused.id ? document.getElementById(focused.id)
        : trial ? fresh.querySelector(`button[data-trial="${trial}"]`) : null;
    again?.focus({ preventScroll: true });
}
