"use strict";
const words = document.getElementById("words");
const troubled = document.getElementById("troubled");
const rows = Array.from(document.querySelectorAll("#requests tbody tr"));
const texts = rows.map((row) => row.textContent.toLowerCase());
function sift() {
  const wanted = words.value.toLowerCase();
  rows.forEach((row, at) => {
    row.hidden = !texts[at].includes(wanted) || (troubled.checked && !row.classList.contains("troubled"));
  });
}
words.addEventListener("input", sift);
troubled.addEventListener("change", sift);
document.getElementById("sieve").hidden = false;
