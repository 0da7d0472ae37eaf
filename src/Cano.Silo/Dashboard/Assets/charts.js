// Draws the charts of a page with Apache ECharts, from the points in the page, in the page's own colours.

const charts = new Map();

const format = new Intl.NumberFormat("en");

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function milliseconds(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1) return `${(value * 1000).toPrecision(3)} µs`;
  if (size < 1000) return `${Number(value.toPrecision(3))} ms`;
  if (size < 60000) return `${Number((value / 1000).toPrecision(3))} s`;
  if (size < 3600000) return `${Number((value / 60000).toPrecision(3))} min`;
  return `${Number((value / 3600000).toPrecision(3))} h`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "UTC" });

const outcomes = ["completed", "failed", "cancelled"];

function axis(extra) {
  return {
    axisLine: { lineStyle: { color: colour("line") } },
    axisTick: { show: false },
    axisLabel: { color: colour("muted") },
    splitLine: { lineStyle: { color: colour("line"), opacity: 0.5 } },
    ...extra,
  };
}

function frame(extra) {
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { fontFamily: "inherit", color: colour("text") },
    grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
    legend: { top: 0, right: 0, textStyle: { color: colour("text") }, itemHeight: 10 },
    // As text on the canvas: what users wrote never becomes markup.
    tooltip: { renderMode: "richText", trigger: "axis", backgroundColor: colour("raised"), borderColor: colour("line"), textStyle: { color: colour("text") } },
    ...extra,
  };
}

function bars(name, data) {
  return { name, type: "bar", stack: "all", barCategoryGap: "10%", barMaxWidth: 48, itemStyle: { color: colour(name) }, data };
}

const kinds = {
  ends(points) {
    return frame({
      xAxis: axis({ type: "category", data: points.map(point => clock.format(point[0])), splitLine: { show: false } }),
      yAxis: axis({ type: "value", minInterval: 1 }),
      series: outcomes
        .map((name, place) => bars(name, points.map(point => point[place + 1])))
        .filter(series => series.data.some(count => count > 0)),
    });
  },

  durations(points) {
    return frame({
      xAxis: axis({ type: "category", data: points.map(point => point[0]), splitLine: { show: false } }),
      yAxis: axis({ type: "value", minInterval: 1 }),
      series: outcomes.slice(0, 2)
        .map((name, place) => bars(name, points.map(point => point[place + 2])))
        .filter(series => series.data.some(count => count > 0)),
    });
  },

  variants(points) {
    return frame({
      xAxis: axis({ type: "value", axisLabel: { color: colour("muted"), formatter: milliseconds } }),
      yAxis: axis({ type: "category", inverse: true, data: points.map(point => point[0]), splitLine: { show: false } }),
      tooltip: { ...frame().tooltip, valueFormatter: milliseconds },
      series: ["p50", "p95", "p99"].map((name, place) => ({ name, type: "bar", itemStyle: { color: colour(name) }, data: points.map(point => point[place + 1]) })),
    });
  },

  timeline({ now, rows }) {
    return frame({
      legend: { show: false },
      grid: { left: 8, right: 16, top: 8, bottom: 8, containLabel: true },
      xAxis: axis({ type: "value", min: 0, axisLabel: { color: colour("muted"), formatter: milliseconds } }),
      yAxis: axis({ type: "value", inverse: true, min: 0, max: rows.length, axisLabel: { show: false }, splitLine: { show: false } }),
      tooltip: {
        ...frame().tooltip,
        trigger: "item",
        formatter: ({ data }) => `${data[2]}\n${data[3]}, ${milliseconds(data[1] - data[0])} from ${milliseconds(data[0])} on`,
      },
      series: [{
        type: "custom",
        renderItem: (parameters, api) => {
          const [from, row] = api.coord([api.value(0), parameters.dataIndex]);
          const [to, below] = api.coord([api.value(1), parameters.dataIndex + 1]);
          return {
            type: "rect",
            shape: { x: from, y: row, width: Math.max(1, to - from), height: Math.max(1, (below - row) * 0.8) },
            style: { fill: colour(rows[parameters.dataIndex][2]) },
          };
        },
        encode: { x: [0, 1] },
        cursor: "pointer",
        data: rows.map(row => [row[3], row[4] ?? now, row[1], row[2]]),
      }],
    });
  },

  graph({ nodes, edges }) {
    const most = Math.max(1, ...edges.map(edge => edge[2]));
    const again = new Map(edges.filter(edge => edge[0] === edge[1]).map(edge => [edge[0], edge[2]]));
    const columns = new Map(nodes.map(([name, column]) => [name, column]));
    // What leads back, or over other states, goes around them.
    const straight = (source, target) => columns.get(target) - columns.get(source) === 1;
    const colours = { start: "running", state: "accent", exit: "completed", failure: "failed" };
    return frame({
      legend: { show: false },
      tooltip: { ...frame().tooltip, trigger: "item", formatter: ({ data, name }) => data.count ? `${data.source} → ${data.target}: ${format.format(data.count)}` : name },
      series: [{
        type: "graph",
        layout: "none",
        left: 60,
        right: 60,
        top: 40,
        bottom: 60,
        symbol: "circle",
        symbolSize: 40,
        edgeSymbol: ["none", "arrow"],
        edgeSymbolSize: 10,
        label: { show: true, position: "bottom", fontSize: 13, color: colour("text"), formatter: ({ name }) => again.has(name) ? `${name} ↻ ${format.format(again.get(name))}` : name },
        edgeLabel: { show: true, fontSize: 12, color: colour("text"), formatter: ({ data }) => format.format(data.count) },
        data: nodes.map(([name, x, y, kind]) => ({ name, x: x * 200, y: y * 100, itemStyle: { color: colour(colours[kind]) } })),
        links: edges.filter(edge => edge[0] !== edge[1]).map(([source, target, count]) => ({
          source,
          target,
          count,
          lineStyle: { color: colour("muted"), width: 1 + 4 * count / most, curveness: straight(source, target) ? 0 : 0.3 },
        })),
      }],
    });
  },
};

function draw(element) {
  if (element.clientWidth === 0) {
    return;
  }

  let chart = charts.get(element);
  if (!chart) {
    chart = echarts.init(element);
    charts.set(element, chart);
    chart.on("click", ({ data }) => {
      const { url } = JSON.parse(element.dataset.points);
      if (url && Array.isArray(data)) {
        location.assign(url + encodeURIComponent(data[2]));
      }
    });
  }

  chart.resize();
  chart.setOption(kinds[element.dataset.chart](JSON.parse(element.dataset.points)), true);
}

const all = document.querySelectorAll("[data-chart]");
const changed = new MutationObserver(changes => new Set(changes.map(change => change.target)).forEach(draw));
const resized = new ResizeObserver(entries => entries.forEach(entry => draw(entry.target)));
for (const element of all) {
  changed.observe(element, { attributes: true, attributeFilter: ["data-points"] });
  resized.observe(element);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => all.forEach(draw));
