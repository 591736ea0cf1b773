// A check under way: progress as the server tells it; the result when it has ended.
export function job(card) {
  const bar = card.querySelector("[data-progress]");
  const stage = card.querySelector("[data-stage]");
  const detail = card.querySelector("[data-detail]");
  const events = new EventSource(card.dataset.job);
  events.addEventListener("message", (e) => {
    const j = JSON.parse(e.data);
    if (["done", "failed", "cancelled"].includes(j.state)) {
      events.close();
      location.reload();
      return;
    }
    stage.textContent = j.stage ? `${j.state}: ${j.stage}` : j.state;
    detail.textContent = [j.input, j.total ? `${j.done} of ${j.total}` : j.done || ""].filter(Boolean).join(" · ");
    if (j.total) { bar.max = j.total; bar.value = j.done; } else bar.removeAttribute("value");
  });
}
