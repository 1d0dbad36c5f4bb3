/** TeX commands that stand for one character, as titles and abstracts use them. */
export const texSymbols: ReadonlyMap<string, string> = new Map(
  Object.entries({
    alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ϵ', varepsilon: 'ε', zeta: 'ζ', eta: 'η', theta: 'θ',
    vartheta: 'ϑ', iota: 'ι', kappa: 'κ', lambda: 'λ', mu: 'μ', nu: 'ν', xi: 'ξ', omicron: 'ο', pi: 'π', varpi: 'ϖ',
    rho: 'ρ', varrho: 'ϱ', sigma: 'σ', varsigma: 'ς', tau: 'τ', upsilon: 'υ', phi: 'φ', varphi: 'φ', chi: 'χ', psi: 'ψ',
    omega: 'ω', Gamma: 'Γ', Delta: 'Δ', Theta: 'Θ', Lambda: 'Λ', Xi: 'Ξ', Pi: 'Π', Sigma: 'Σ', Upsilon: 'Υ', Phi: 'Φ',
    Psi: 'Ψ', Omega: 'Ω',
    to: '→', rightarrow: '→', longrightarrow: '→', leftarrow: '←', leftrightarrow: '↔', Rightarrow: '⇒', mapsto: '↦',
    le: '≤', leq: '≤', ge: '≥', geq: '≥', ll: '≪', gg: '≫', ne: '≠', neq: '≠', approx: '≈', sim: '∼', simeq: '≃',
    lesssim: '≲', gtrsim: '≳', equiv: '≡', cong: '≅', propto: '∝', pm: '±', mp: '∓', times: '×', cdot: '·', ast: '∗',
    star: '⋆', div: '÷', oplus: '⊕', otimes: '⊗', wedge: '∧', vee: '∨', cap: '∩', cup: '∪', subset: '⊂', supset: '⊃',
    in: '∈', notin: '∉', forall: '∀', exists: '∃', infty: '∞', partial: '∂', nabla: '∇', int: '∫', oint: '∮', sum: '∑',
    prod: '∏', sqrt: '√', ell: 'ℓ', hbar: 'ℏ', Re: 'ℜ', Im: 'ℑ', aleph: 'ℵ', dagger: '†', ddagger: '‡', prime: '′',
    circ: '∘', degree: '°', bullet: '•', langle: '⟨', rangle: '⟩', mid: '|', parallel: '∥', perp: '⊥', ldots: '…',
    dots: '…', cdots: '⋯', odot: '⊙', square: '□', Box: '□', triangle: '△', slash: '/', backslash: '\\', lbrace: '{',
    rbrace: '}', AA: 'Å', aa: 'å', ae: 'æ', AE: 'Æ', oe: 'œ', OE: 'Œ', o: 'ø', O: 'Ø', l: 'ł', L: 'Ł', ss: 'ß', i: 'ı',
    S: '§', P: '¶', pounds: '£', quad: ' ', qquad: ' ', textregistered: '®', copyright: '©',
  }),
);

/** Accent commands and the combining character that does the same. */
export const texAccents: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '`': '\u0300', "'": '\u0301', '^': '\u0302', '~': '\u0303', '"': '\u0308', '=': '\u0304', '.': '\u0307',
    u: '\u0306', v: '\u030c', H: '\u030b', c: '\u0327', k: '\u0328', r: '\u030a', d: '\u0323', b: '\u0331',
    acute: '\u0301', grave: '\u0300', hat: '\u0302', widehat: '\u0302', tilde: '\u0303', widetilde: '\u0303',
    bar: '\u0304', overline: '\u0304', ddot: '\u0308', dot: '\u0307', vec: '\u20d7', check: '\u030c', breve: '\u0306',
    underline: '\u0332', not: '\u0338', slashed: '\u0338',
  }),
);

/** Commands that only choose a typeface or a size: what they enclose is read as it is. */
export const texTypefaces: ReadonlySet<string> = new Set(
  ('rm it bf sf tt cal em mathrm mathit mathbf mathsf mathtt mathcal mathbb mathfrak mathscr mathop operatorname text textrm textit ' +
    'textbf textsf texttt emph mbox hbox boldsymbol bm smash displaystyle scriptstyle textstyle left right big Big bigg Bigg limits ' +
    'nolimits ensuremath textsc uppercase textnormal protect').split(' '),
);
