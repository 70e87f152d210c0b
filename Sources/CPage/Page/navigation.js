// The links to sections, which stay in view, and the filter of sections and rows.

/** Shows the sections that contain the words, and of tables with such rows these alone. */
function filterPage() {
    const words = document.getElementById("page-filter").value.trim().toLowerCase();
    const holds = element => element.textContent.toLowerCase().includes(words);
    let isAnyShown = false;
    for (const section of document.querySelectorAll("main > section")) {
        section.hidden = !holds(section);
        isAnyShown ||= !section.hidden;
        const link = document.querySelector(`.bar a[href="#${section.id}"]`);
        if (link) link.hidden = section.hidden;
        for (const body of section.querySelectorAll("tbody")) filterRows(body, holds);
    }
    const place = document.getElementById("nothing");
    place.hidden = isAnyShown;
    place.textContent = isAnyShown ? "" : "No section contains this.";
}

/** Rows that span several lines belong together, so their table stays whole. */
function filterRows(body, holds) {
    const rows = [...body.rows];
    const chosen = body.querySelector("[rowspan]") ? [] : rows.filter(holds);
    for (const row of rows) row.hidden = chosen.length > 0 && !chosen.includes(row);
}

/** Marks the link to the section that is read. */
function followReading() {
    const bar = document.querySelector(".bar");
    const edge = bar.getBoundingClientRect().bottom + 80;
    // What stays in view in a column of its own is not what is read.
    const sections = [...document.querySelectorAll("main > section:not([hidden])")]
        .filter(section => getComputedStyle(section).position !== "sticky");
    const read = sections.findLast(section => section.getBoundingClientRect().top < edge) ?? sections[0];
    for (const link of bar.querySelectorAll("a")) {
        const isRead = link.hash === "#" + read?.id;
        if (isRead === link.hasAttribute("aria-current")) continue;
        isRead ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
        const nav = link.parentElement;
        if (isRead) nav.scrollLeft = link.offsetLeft - nav.clientWidth / 2 + link.offsetWidth / 2;
    }
}

document.getElementById("page-filter").addEventListener("input", filterPage);
addEventListener("scroll", followReading, { passive: true });
followReading();
