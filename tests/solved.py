"""Reference solutions of the exercises, and typical wrong answers. They are nowhere else.

`SOLUTIONS` maps the grade_id of an exercise's cell to the source that replaces it. `WRONG` maps it
to two or more wrong answers, each with words that the check's hint must contain.
"""

SOLUTIONS = {}
WRONG = {}
ABOUT_REAL_DATA = {"exercise-1-2", "exercise-1-5", "exercise-3-4"}  # solved on the real comments

# ---------------------------------------------------------------- lab 1: labeling functions

SOLUTIONS["exercise-1-1"] = '''\
@labeling_function()
def my_subscribe(x):
    """Spammers ask for subscribers."""
    return SPAM if "subscribe" in x.text.lower() else ABSTAIN
'''
WRONG["exercise-1-1"] = [
    (
        """\
@labeling_function()
def my_subscribe(x):
    return SPAM if "subscribe" in x.text else ABSTAIN
""",
        "it misses the word in capital letters: try x.text.lower()",
    ),
    (
        """\
@labeling_function()
def my_subscribe(x):
    return SPAM if any(word in x.text.lower() for word in ("subscribe", "check", "my")) else ABSTAIN
""",
        "comments without the word, too",
    ),
]

SOLUTIONS["exercise-1-2"] = '''\
@labeling_function()
def my_ham_lf(x):
    """Fans talk about the song and the people in the video, and ask for nothing."""
    about = r"(?i)\\b(?:song|video|he|she|his|her|love|this|views?|lol|best)\\b"
    asks = r"(?i)http|www|\\.com|check|subscri|channel|please|guys|\\b(?:my|you)\\b"
    about, asks = re.search(about, x.text), re.search(asks, x.text)
    return HAM if about and not asks else ABSTAIN
'''
WRONG["exercise-1-2"] = [
    (
        """\
@labeling_function()
def my_ham_lf(x):
    return HAM if len(x.text.split()) < 10 else ABSTAIN
""",
        "% of its votes are right on dev: it says HAM to",
    ),
    (  # it knows dev by heart
        """\
DEV_HAM = set(df_dev.text[df_dev.label == HAM])


@labeling_function()
def my_ham_lf(x):
    return HAM if x.text in DEV_HAM else ABSTAIN
""",
        "of train; find a rule for 10% or more",
    ),
]

SOLUTIONS["exercise-1-3"] = """\
majority = count_votes(L_train)
my_texts, my_labels = df_train.text[majority != ABSTAIN], majority[majority != ABSTAIN]
"""
WRONG["exercise-1-3"] = [
    (
        """\
majority = count_votes(L_train)
my_texts, my_labels = df_train.text, majority[majority != ABSTAIN]
""",
        "filter both in the same way",
    ),
    (
        """\
voted = (L_train != ABSTAIN).any(axis=1)
my_texts, my_labels = df_train.text[voted], count(L_train, tie=SPAM, silence=HAM)[voted]
""",
        "it keeps ties",
    ),
]

SOLUTIONS["exercise-1-4"] = """\
levels = df_dev.llm.quantile(np.arange(0.05, 1, 0.05)).tolist()


def right_on_dev(pair):
    cast = np.select([df_dev.llm >= pair[1], df_dev.llm <= pair[0]], [SPAM, HAM], ABSTAIN)
    voted = cast != ABSTAIN
    return (cast == df_dev.label)[voted].mean() if voted.mean() >= 0.6 else 0


pairs = [(low, high) for low in levels for high in levels if low < high]
my_low, my_high = max(pairs, key=right_on_dev)
"""
WRONG["exercise-1-4"] = [
    ("my_low, my_high = LOW, HIGH", "60% are needed: move the thresholds together"),
    ("my_low, my_high = df_dev.llm.quantile([0.5, 0.501])", "85% should be"),
]

SOLUTIONS["exercise-1-5"] = """\
@labeling_function()
def my_lf(x):
    \"\"\"Who talks about a channel means his own.\"\"\"
    return SPAM if "channel" in x.text.lower() else ABSTAIN
"""
WRONG["exercise-1-5"] = [
    (
        """\
@labeling_function()
def my_lf(x):
    return SPAM if len(x.text.split()) > 20 else ABSTAIN
""",
        "of its votes are right; 90% should be",
    ),
    (
        """\
@labeling_function()
def my_lf(x):
    return SPAM if "check out my" in x.text.lower() else ABSTAIN
""",
        "aim where they fail",
    ),
]

SOLUTIONS["exercise-1-6"] = """\
TROUBLE = r"can't|cannot|fail|error|locked|stolen|alarm|smoke|smell|water|spark|dropped"
TROUBLE += r"|\\b(?:down|off)\\b"
NOW = r"\\bnow\\b|minutes|\\bhour|tonight|midnight|since|this morning|exam|deadline|waiting"
NOW += r"|\\d:\\d\\d"
WISH = r"would (?:like|love)|i'd (?:like|love)|could you|could someone|is there|how|what|which"
WISH += r"|do (?:you|we|i)\\b"


@labeling_function()
def my_first(x):
    \"\"\"What fails, burns or is gone needs somebody.\"\"\"
    return 1 if re.search(TROUBLE, x.text, re.IGNORECASE) else ABSTAIN


@labeling_function()
def my_second(x):
    \"\"\"Who writes about minutes and hours cannot wait.\"\"\"
    return 1 if re.search(NOW, x.text, re.IGNORECASE) else ABSTAIN


@labeling_function()
def my_third(x):
    \"\"\"Wishes and questions can wait.\"\"\"
    return 0 if re.search(WISH, x.text, re.IGNORECASE) else ABSTAIN


my_lfs = [my_first, my_second, my_third]
"""
WRONG["exercise-1-6"] = [
    (
        """\
@labeling_function()
def my_first(x):
    return 1 if "!" in x.text else -1


@labeling_function()
def my_second(x):
    return 1 if "please" in x.text.lower() else -1


@labeling_function()
def my_third(x):
    return 1 if "help" in x.text.lower() else -1


my_lfs = [my_first, my_second, my_third]
""",
        "all votes are for one class",
    ),
    (  # the classes swapped
        """\
@labeling_function()
def my_first(x):
    return 0 if re.search("can't|cannot|fail|alarm|exam", x.text) else -1


@labeling_function()
def my_second(x):
    return 0 if re.search("since|now|this morning", x.text) else -1


@labeling_function()
def my_third(x):
    return 1 if "?" in x.text else -1


my_lfs = [my_first, my_second, my_third]
""",
        "a row without a majority counts as the larger class",
    ),
]

# ---------------------------------------------------------------- lab 2: transformation functions

SOLUTIONS["exercise-2-1"] = '''\
@transformation_function()
def my_number(x):
    """Whether it is ten views or a hundred, the comment is of the same kind."""
    if not re.search(r"[0-9]+", x.text):
        return None
    x.text = re.sub(r"[0-9]+", str(np.random.randint(1, 1000)), x.text, count=1)
    return x
'''
WRONG["exercise-2-1"] = [
    (
        """\
@transformation_function()
def my_number(x):
    x.text = re.sub(r"[0-9]+", str(np.random.randint(1, 1000)), x.text, count=1)
    return x
""",
        "comments without a number: they should be None",
    ),
    (
        """\
@transformation_function()
def my_number(x):
    if not re.search(r"[0-9]+", x.text):
        return None
    x.text = re.sub(r"[0-9]+", str(np.random.randint(1, 1000)), x.text)
    return x
""",
        "it changes several numbers of a comment: count=1",
    ),
    (
        """\
@transformation_function()
def my_number(x):
    if not re.search(r"[0-9]", x.text):
        return None
    x.text = re.sub(r"[0-9]", str(np.random.randint(1, 1000)), x.text, count=1)
    return x
""",
        "it changes one digit of a number",
    ),
    (
        """\
@transformation_function()
def my_number(x):
    if not re.search(r"[0-9]+", x.text):
        return None
    x.text = re.sub(r"[0-9]+", "734", x.text, count=1)
    return x
""",
        "it puts the same number everywhere",
    ),
    (
        """\
@transformation_function()
def my_number(x):
    return re.sub(r"[0-9]+", str(np.random.randint(1, 1000)), x.text, count=1)
""",
        "it returns a str: change x.text, and return x",
    ),
]

SOLUTIONS["exercise-2-2"] = """\
my_suspects = list(harm.index[harm["right → wrong"] > 5])
"""
WRONG["exercise-2-2"] = [
    ("my_suspects = 'tf_crop'", "make it a list of names"),
    ("my_suspects = ['crop']", "no TF has that name"),
    ("my_suspects = list(harm.index[harm['right → wrong'] > 25])", "more are above 5 %"),
    ("my_suspects = list(harm.index[harm['right → wrong'] < 0.05][:0])", "compare with 5"),
]

SOLUTIONS["exercise-2-3"] = """\
my_probabilities = np.where(names == "tf_reword", 2.0, np.where(names == "tf_crop", 0.0, 1.0))
my_probabilities /= my_probabilities.sum()
"""
WRONG["exercise-2-3"] = [
    (
        "my_probabilities = np.where(names == 'tf_reword', 2, np.where(names == 'tf_crop', 0, 1))",
        "divide by the sum",
    ),
    (
        """\
my_probabilities = np.where(names == "tf_reword", 2.0, np.where(names == "tf_crop", -1.0, 1.0))
my_probabilities /= my_probabilities.sum()
""",
        "no number from 0 up for tf_crop",
    ),
    (
        """\
my_probabilities = np.where(names == "tf_reword", 2.0, np.where(names == "tf_crop", 0.0, 1.0))
my_probabilities = my_probabilities[None] / my_probabilities.sum()
""",
        "its shape is (1, ",
    ),
    ("my_probabilities = dict.fromkeys(names, 1 / len(names))", "is a dict: make it a list"),
]

SOLUTIONS["exercise-2-4"] = '''\
@transformation_function()
def my_disguise(x):
    """A word with its inner letters turned around can still be read, so the class stays."""
    text = re.sub(
        "([A-Za-z])([A-Za-z]{2,})([A-Za-z])", lambda w: w[1] + w[2][::-1] + w[3], x.text
    )
    if text == x.text:
        return None
    x.text = text
    return x
'''
WRONG["exercise-2-4"] = [
    (
        """\
@transformation_function()
def my_disguise(x):
    x.text = re.sub("[A-Za-z]{4,}", lambda word: word.group()[::-1], x.text)
    return x
""",
        "return None where nothing changes",
    ),
    (  # the trap
        """\
@transformation_function()
def my_disguise(x):
    if x.label == HAM:
        return None
    x.text = re.sub("[A-Za-z]{4,}", lambda word: word.group()[::-1], x.text)
    return x
""",
        "Judge by x.text alone",
    ),
    (
        """\
@transformation_function()
def my_disguise(x):
    x.text = re.sub("[A-Za-z]", "#", x.text) + "#"
    return x
""",
        "a person must still be able to read them",
    ),
    (
        """\
@transformation_function()
def my_disguise(x):
    text = re.sub("[A-Za-z]{4,}", lambda word: " ".join(word.group()), x.text)
    if text == x.text:
        return None
    x.text = text
    return x
""",
        "it does what spaces does",
    ),
]

FIVE_GAINS = 'five_gains = video_gains.loc["linear", 100].to_numpy()\n'
SOLUTIONS["exercise-2-5"] = f"""\
{FIVE_GAINS}my_interval = stats.ttest_1samp(five_gains, 0).confidence_interval()
my_verdict = bool(my_interval.low > 0 or my_interval.high < 0)
"""
WRONG["exercise-2-5"] = [
    (
        f"""\
{FIVE_GAINS}half = stats.t.ppf(0.975, 4) * five_gains.std(ddof=1)
my_interval, my_verdict = (five_gains.mean() - half, five_gains.mean() + half), False
""",
        "divide by the root of n",
    ),
    (
        f"""\
{FIVE_GAINS}half = 1.96 * five_gains.std(ddof=1) / len(five_gains) ** 0.5
my_interval, my_verdict = (five_gains.mean() - half, five_gains.mean() + half), False
""",
        "take Student's t",
    ),
    (
        f"""\
{FIVE_GAINS}my_interval = stats.ttest_1samp(five_gains, 0).confidence_interval()
my_verdict = not (my_interval.low > 0 or my_interval.high < 0)
""",
        "look where 0 is",
    ),
]

# ---------------------------------------------------------------- lab 3: slicing functions

SOLUTIONS["exercise-3-1"] = '''\
@slicing_function()
def my_question(x):
    """Questions deserve an answer, so nobody should remove them by mistake."""
    return "?" in x.text
'''
WRONG["exercise-3-1"] = [
    (
        """\
@slicing_function()
def my_question(x):
    return x.text.endswith("?")
""",
        "with a question mark",
    ),
    (
        """\
@slicing_function()
def my_question(x):
    return "?" in x.text or "what" in x.text.lower()
""",
        "without a question mark",
    ),
    (
        """\
@slicing_function()
def my_question(x):
    return re.search(r"[?]", x.text)
""",
        "It must return True or False",
    ),
]

SOLUTIONS["exercise-3-2"] = """\
spam_inside = members.sf_no_promotion & (gold == SPAM)
my_missed_share = (preds[spam_inside] == HAM).mean()
"""
WRONG["exercise-3-2"] = [
    (
        "my_missed_share = ((gold == SPAM) & (preds == HAM))[members.sf_no_promotion].mean()",
        "ham included",
    ),
    (
        "my_missed_share = (members.sf_no_promotion & (preds == HAM))[gold == SPAM].mean()",
        "take the spam of the slice",
    ),
]

SOLUTIONS["exercise-3-3"] = '''\
worst = suspects.sort_values("surprise", ascending=False).head(8).index
WORST = re.compile(r"(?i)\\b(?:" + "|".join(map(re.escape, worst)) + r")\\b")


@slicing_function()
def my_slice(x):
    """The words of the suspects, whatever they mean."""
    return bool(WORST.search(x.text))
'''
WRONG["exercise-3-3"] = [
    (
        """\
@slicing_function()
def my_slice(x):
    return x.label == SPAM and not PROMOTION.search(x.text)
""",
        "Judge by x.text alone",
    ),
    (
        """\
@slicing_function()
def my_slice(x):
    return bool(gold[x.name] != preds[x.name])
""",
        "your function stopped with IndexError",
    ),
    (
        """\
@slicing_function()
def my_slice(x):
    return bool(re.search(r"(?i)thumbs? up|this comment|likes? it", x.text))
""",
        "find a group of your own",
    ),
    (
        """\
@slicing_function()
def my_slice(x):
    return "q" in x.text
""",
        "the interval must be below",
    ),
]

SOLUTIONS["exercise-3-4"] = '''\
@labeling_function()
def my_lf(x):
    """Short means few characters: a link is long."""
    return HAM if len(x.text) < 20 else ABSTAIN


my_lfs = [lf for lf in simple_lfs if lf is not lf_short] + [my_lf]
'''
WRONG["exercise-3-4"] = [
    ("my_lfs = [*simple_lfs, lf_link]", "Find one of your own"),
    (
        """\
@labeling_function()
def my_lf(x):
    return SPAM if "subscribe" in x.text.lower() else ABSTAIN


my_lfs = [*simple_lfs, my_lf]
""",
        "Links must gain 30 points",
    ),
    ("my_lfs = simple_lfs[2]", "make it a list of LFs"),
    (
        """\
@labeling_function()
def my_lf(x):
    return SPAM if raw.label[x.name] == SPAM else ABSTAIN


my_lfs = [*simple_lfs, my_lf]
""",
        "your function stopped with KeyError",
    ),
]

SOLUTIONS["exercise-3-5"] = '''\
def my_alarm(n, low, high, overall):
    """Return whether a cell raises an alarm."""
    return n >= 20 and high < overall
'''
WRONG["exercise-3-5"] = [
    (
        """\
def my_alarm(n, low, high, overall):
    return n >= 20 and high <= overall
""",
        "not below, but equal",
    ),
    (
        """\
def my_alarm(n, low, high, overall):
    return high < overall
""",
        "19 comments are too few",
    ),
    (
        """\
def my_alarm(n, low, high, overall):
    return n >= 20 and high < 90
""",
        "is",
    ),
    (
        """\
def my_alarm(n, low, high, overall):
    return "alarm"
""",
        "True or False",
    ),
]
