import { planOf } from './faults/plan.ts';
const p = planOf(Number(process.argv[2]));
console.log(p.large, JSON.stringify(p.options), JSON.stringify(p.runs), p.story.streams.map(s=>s.name+' '+p.story.items.filter(i=>i.stream===p.story.streams.indexOf(s)).length));
const b = p.story.items.flatMap(i=>i.kind==='record'&&i.stream===0?[i.record.sent.length]:[]);
console.log(b.length, b.reduce((a,c)=>a+c,0));
