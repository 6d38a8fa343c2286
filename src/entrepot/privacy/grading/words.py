"""What a report says in English and Chinese."""

from __future__ import annotations

LANGUAGES = ("en", "zh")
HTML_LANGUAGE = {"en": "en", "zh": "zh-Hans"}
LEVELS = {
    "en": {
        1: "direct identifiers present", 2: "direct identifiers removed", 3: "risk measured and acceptable", 4: "aggregates",
    },
    "zh": {1: "含有直接标识符", 2: "已去除直接标识符", 3: "重标识风险已测量且可接受", 4: "聚合数据"},
}  # fmt: skip
MEANINGS = {
    "en": {
        1: "The release still names people. It is personal data and must not be shared as it is.",
        2: "The release names nobody, and people may still be found in it. It is personal data.",
        3: "The release names nobody, everybody in it has company, and attacks on it found few. Share it under a contract that forbids "
        "to look for people.",
        4: "The release holds counts of many people and no rows. It may go to anybody.",
    },
    "zh": {
        1: "该数据仍可直接识别个人，属于个人信息，不得原样提供。",
        2: "该数据不含直接标识符，但个人仍可能被识别，仍属于个人信息。",
        3: "该数据不含直接标识符，每个人都与其他人相同，实际攻击只能找到极少数人。应在禁止重标识的合同约束下提供。",
        4: "该数据只包含多人的计数，没有逐行记录，可以公开提供。",
    },
}  # fmt: skip
CHECKS = {
    "en": {
        "direct_identifiers": "Columns that name people",
        "other_quasi_identifiers": "Columns that tell about people and were not generalised",
        "keys": "Columns that differ for every row or person",
        "combinations": "Rows that a few untreated columns single out together, or with the generalised ones",
        "k": "People who look alike, at least",
        "hidden_rows": "People among the hidden rows that still say something, at least, with more than one value of each sensitive column",
        "sequences": "People alike in all the rows that a pseudonym ties together, at least",
        "singling_out_multivariate": "Attack: one person singled out by several columns",
        "unique_linkage": "Attack: a known person linked to one row",
        "linkability": "Attack: two halves of a person's record brought together",
        "homogeneity": "Rows whose class tells the value of a sensitive column",
        "cells": "People behind a published count, at least",
    },
    "zh": {
        "direct_identifiers": "可直接识别个人的列",
        "other_quasi_identifiers": "描述个人但未泛化的列",
        "keys": "每行或每人取值都不同的列",
        "combinations": "少数未处理的列合在一起（或与已泛化的列合在一起）可单独识别的行",
        "k": "取值相同的人数（最小）",
        "hidden_rows": "仍含有信息的隐藏行的人数（最小），且每个敏感列不止一个取值",
        "sequences": "假名所关联的全部行都相同的人数（最小）",
        "singling_out_multivariate": "攻击：用多个列单独识别出一个人",
        "unique_linkage": "攻击：把已知的人关联到唯一一行",
        "linkability": "攻击：把同一人的两部分记录拼合",
        "homogeneity": "所在等价类会泄露敏感列取值的行",
        "cells": "每个计数背后的人数（最小）",
    },
}  # fmt: skip
SOURCES = {
    "en": {
        "direct_identifiers": "GB/T 42460-2023, grades 1 and 2",
        "other_quasi_identifiers": "what is not treated is not measured",
        "keys": "who knows the value finds the row",
        "combinations": "one in five; minimal uniques, Elliot et al. 2002",
        "k": "five where recipients are bound by contract (El Emam 2013)",
        "hidden_rows": "as for k; who fits no visible class is among the hidden rows",
        "sequences": "as for k; who knows several rows of a person knows the sequence",
        "singling_out_multivariate": "one in five beyond guessing, upper end of the 95 % interval; attack: Giomi et al. 2023",
        "unique_linkage": "one in five beyond guessing, upper end of the 95 % interval",
        "linkability": "one in five beyond guessing, upper end of the 95 % interval; attack: Giomi et al. 2023",
        "homogeneity": "one in five; Machanavajjhala et al. 2007",
        "cells": "eleven, a chance of .09 (EMA Policy 0070)",
    },
    "zh": {
        "direct_identifiers": "GB/T 42460-2023 第1、2级",
        "other_quasi_identifiers": "未处理的列无法衡量",
        "keys": "知道取值即可找到该行",
        "combinations": "五分之一；最小唯一集，Elliot 等 2002",
        "k": "接收方受合同约束时为五人（El Emam 2013）",
        "hidden_rows": "同 k；与任何可见等价类都不符的人必在隐藏行之中",
        "sequences": "同 k；了解某人多行记录者即知其序列",
        "singling_out_multivariate": "超出猜测的成功率不超过五分之一（95% 置信区间上限）；攻击方法见 Giomi 等 2023",
        "unique_linkage": "超出猜测的成功率不超过五分之一（95% 置信区间上限）",
        "linkability": "超出猜测的成功率不超过五分之一（95% 置信区间上限）；攻击方法见 Giomi 等 2023",
        "homogeneity": "五分之一；Machanavajjhala 等 2007",
        "cells": "十一人，即概率 .09（EMA Policy 0070）",
    },
}  # fmt: skip
NEXT = {
    "en": {
        "direct_identifiers": "Leave these columns out, or replace them by keyed pseudonyms.",
        "other_quasi_identifiers": "Name them as quasi-identifiers, or leave them out.",
        "keys": "Leave them out, or replace them by keyed pseudonyms.",
        "combinations": "Name these columns as quasi-identifiers, round or clip them, or leave one out.",
        "k": "Choose k of 5 or more.",
        "hidden_rows": "Empty the other columns of the hidden rows, or ask for l-diversity: entrepot anonymise does it where they are too few or too alike.",
        "sequences": "Leave the pseudonym out, keep one row for each person, or publish counts instead.",
        "singling_out_multivariate": "Choose a larger k, or recode globally.",
        "unique_linkage": "Choose a larger k, or recode globally.",
        "linkability": "Choose a larger k, or recode globally.",
        "homogeneity": "Ask for l-diversity or t-closeness of the sensitive column.",
        "cells": "Leave out smaller cells.",
    },
    "zh": {
        "direct_identifiers": "去掉这些列，或用带密钥的假名替换。",
        "other_quasi_identifiers": "将其指定为准标识符，或去掉。",
        "keys": "去掉这些列，或用带密钥的假名替换。",
        "combinations": "将这些列指定为准标识符，取整或截断，或去掉其中一列。",
        "k": "选择 5 或更大的 k。",
        "hidden_rows": "清空隐藏行的其他列，或要求 l-多样性；行数过少或过于相同时 entrepot anonymise 会自动清空。",
        "sequences": "去掉假名列，每人只保留一行，或改为发布计数。",
        "singling_out_multivariate": "选择更大的 k，或使用全局重编码。",
        "unique_linkage": "选择更大的 k，或使用全局重编码。",
        "linkability": "选择更大的 k，或使用全局重编码。",
        "homogeneity": "对敏感列要求 l-多样性或 t-接近性。",
        "cells": "去掉更小的单元格。",
    },
}  # fmt: skip
LIMITS = {
    "en": {
        "composition": "Other releases. Two versions of one table, each fit by itself, can be put together until few people look alike. "
        "Release one version.",
        "background": "Background knowledge. Who knows more of a person than the quasi-identifiers, or who else is in a class, can narrow it down.",
        "downcoding": "Downcoding. Local recoding generalises each class no more than it must; who knows the method can undo some of it.",
        "inference": "Learning about groups. What the release shows of people alike is true of each of them more often than not; the attacks "
        "that guess values are shown above and do not decide the grade.",
        "other_columns": "The other columns. They are released as they are, or changed as the settings say; they were classified, and no "
        "classifier finds everything.",
        "population": "The population's size. k counts people in the population file, with the same values; who knows that somebody is in the "
        "table has fewer to choose from.",
        "sample": "What was not tried. Attacks were made on a sample of rows that the seed drew; the intervals say how far that is certain.",
    },
    "zh": {
        "composition": "其他发布版本。同一张表的两个版本即使各自合格，合在一起也可能只剩少数人相同。只应发布一个版本。",
        "background": "背景知识。若攻击者对某人的了解超出准标识符，或知道同组还有谁，可进一步缩小范围。",
        "downcoding": "逆向还原。局部重编码对每组只做必要的泛化，了解算法的人可还原其中一部分。",
        "inference": "群体推断。数据显示的群体特征往往也适用于其中的个人；上述猜测取值的攻击仅供参考，不决定等级。",
        "other_columns": "其他列。这些列原样发布或按设置处理；虽经识别分类，但任何分类方法都不能发现全部内容。",
        "population": "总体规模。k 统计的是总体文件中取值相同的人数；若攻击者知道某人在表中，可选范围更小。",
        "sample": "未尝试的部分。攻击在由种子抽取的样本行上进行，区间说明其确定程度。",
    },
}  # fmt: skip
CELL_LIMITS = {
    "en": {
        "totals_elsewhere": "Totals from elsewhere. Who knows the whole of a group from another source can subtract the published cells of it; "
        "what is left is the sum of those left out.",
        "no_totals": "No totals are published, so no cell left out can be worked out from this table alone.",
        "other_tables": "Other tables of the same rows. Cells of another choice of columns can be subtracted from these. Publish one table.",
        "empty": "Combinations that cannot be. Cells left out are hidden among others that hold somebody, not among empty ones.",
        "groups": "Learning about groups. What is true of most people of a cell is likely for each of them.",
        "noise": "More releases with noise. The losses ε of several add up.",
        "many_cells": "People in several cells. The person column says so; noise counts each in the first cell alone.",
    },
    "zh": {
        "totals_elsewhere": "其他来源的合计。若从别处得知某组的总数，可减去已公布的单元格，得到被略去部分之和。",
        "no_totals": "未公布合计，因此仅凭本表无法推算任何被略去的单元格。",
        "other_tables": "同一数据的其他表。按其他列分组的单元格可与本表相减。只应公布一张表。",
        "empty": "不可能的组合。被略去的单元格隐藏在有人的单元格之间，而不依靠空单元格。",
        "groups": "群体推断。对单元格中多数人成立的情况，往往也适用于其中的个人。",
        "noise": "多次加噪发布。各次的 ε 会累加。",
        "many_cells": "出现在多个单元格中的人由标识列识别；加噪时每人只计入第一个单元格。",
    },
}  # fmt: skip
ATTACKS = {
    "en": {
        "singling_out_univariate": "Single out by one column", "singling_out_multivariate": "Single out by several columns",
        "unique_linkage": "Link a known person to one row", "linkability": "Bring two halves of a record together",
        "downcoding": "Undo the generalisation", "attribute_inference": "Guess a value", "homogeneity": "Read a value off the class",
    },
    "zh": {
        "singling_out_univariate": "用单个列单独识别", "singling_out_multivariate": "用多个列单独识别", "unique_linkage": "把已知的人关联到唯一一行",
        "linkability": "拼合同一人的两部分记录", "downcoding": "还原泛化", "attribute_inference": "猜测取值", "homogeneity": "由等价类直接得知取值",
    },
}  # fmt: skip
GRADES = {
    "en": {
        "none": "not better than guessing", "weak": "slightly better than guessing", "clear": "better than guessing",
        "strong": "far better than guessing", "untried": "nothing to try it on",
    },
    "zh": {"none": "不优于猜测", "weak": "略优于猜测", "clear": "优于猜测", "strong": "远优于猜测", "untried": "没有可尝试的对象"},
}  # fmt: skip
NOTES = {
    "zh": {
        "time_up": "因时间用尽而未进行：{attacks}。",
        "sampled": "每种攻击只在由种子抽取的 {targets:,} 行（共 {rows:,} 行）上尝试，其余未检查。",
        "some_classes": "推断攻击只检查了 {classes:,} 个等价类中的 {targets:,} 个，越大的类越可能被选中。",
        "no_control": "未提供对照组：发布数据所反映的一般规律也计入风险。",
        "unequal_control": "对照组有 {control:,} 行，原表有 {rows:,} 行；人数较少的一组更容易被单独识别和关联。",
        "not_aligned": "发布数据的行序与原表不同，因此无法测量逆向还原。",
        "not_understood": "没有层级文件，就不知道这些列的部分发布值代表什么，因此无法测量逆向还原：{columns}。",
        "lacks_hierarchies": "发布时这些列用了层级文件，而这里没有提供：{columns}。缺少层级文件时，攻击所得低于实际可得。请用 --hierarchies 指定其所在文件夹。",
        "unknown_values": "“{column}”列有 {values:,} 个发布值不对应任何已知取值，未与任何行匹配。",
        "no_sensitive": "未指定敏感列：改为用其他准标识符猜测每个准标识符，且未测量同质性。",
        "too_many_secrets": "不同取值超过 {most:,} 个而未猜测：{columns}。",
        "not_guessed": "只有一个取值或取值过多而未猜测：{columns}。",
        "held_unknown": "因属敏感而不视为他人所知：{columns}。",
        "wide_pairs": "有 {pairs:,} 对列的取值组合过多，未作比较。",
        "some_pairs": "在 {pairs:,} 对列中比较了由种子抽取的 {compared:,} 对。",
        "no_classifier": "没有取值数在 2 到 100 之间的列，因此未训练分类器。",
        "seen_rows": "发布数据的行序与原表不同：分类器见过部分用于检验的行。",
        "few_rows": "行数太少，无法留出检验数据，因此未训练分类器。",
        "taken": "检查认为他人可能知道这些列，因此已泛化：{columns}。",
        "kept": "发布物含有人名等直接标识：{columns} 按要求原样保留。等级为 1；不应知道其中有谁的人，请勿提供。",
        "all_hidden": "每一行都已隐藏，因此不再有任何信息：{columns}。",
        "silent_few": "有 {rows:,} 行已隐藏且不含任何信息（其他列留空）：隐藏的不足 {k:,}。",
        "silent_alike": "有 {rows:,} 行已隐藏且不含任何信息（其他列留空）：合在一起不满足对每个等价类的要求。",
        "strange_hierarchies": "与任何列都不对应的层级，以及可能指的列：{names}。",
        "left_known": "检查认为他人可能知道这些列，但它们原样保留：{columns}。",
        "left_alone": "每一行的值都不同，知道其中一个值就能找到对应的行：{columns}。",
        "odd_values": "{column}：{of:,} 行中有 {rows:,} 行在数字之间含有文字，因此没有划分区间，每个值要么完整显示，要么不显示。可以更正这些值、提供层级文件，或将其隐藏（--unknown star）。",
        "odd_dates": "{column}：{of:,} 行中有 {rows:,} 行在日期之间不是 2026-11-21 这种形式，因此没有划分时间段，每个值要么完整显示，要么不显示。可以统一为一种形式、提供层级文件，或将其隐藏（--unknown star）。",
        "drawn_again": "有攻击接近界限，因此识别个人的攻击各进行了 {draws} 次，以成功最多的一次为准。",
        "unlike_sizes": "发布数据有 {released:,} 行，原表有 {rows:,} 行。",
        "few_covered": "“{column}”列：{share:.0%} 的发布值能涵盖原表中的某个取值。",
        "few_fit": "所尝试的人中有 {share:.0%} 在所有列上都与发布数据的某一行相符。",
    },
}
"""The notes of measurements in other languages; the English ones are ``entrepot.privacy.notes.SENTENCES``."""
WORDS = {
    "en": {
        "searched": "Of the untreated columns and the classes {0} sets of up to {1} were looked at, smaller ones first.",
        "skipped": "{0} sets were not looked at, for lack of time.", "left_out": "In no set, having the fewest values: {0}.",
        "title": "Anonymisation report", "title_cells": "Aggregation report", "next_cells": "What to do for grade 4",
        "cells": "What is published", "cells_shown": "Cells", "left_small": "Left out: too few people, or one too large among them",
        "left_beside": "Left out beside them, so that they cannot be worked out", "totals": "Totals by", "grand": "everything",
        "withheld": "Totals not published by", "small": "some are too small", "unprotected": "small cells would follow from them",
        "no_totals": "none were asked for", "minimum": "People behind a cell, at least", "base": "Counts rounded to a multiple of",
        "counted": "People are counted", "sums": "Sums of", "means": "Means of", "dominance": "Dominance rule", "epsilon": "Noise (ε, δ)",
        "yes": "yes", "no": "no",
        "grade": "Grade", "why": "What was measured", "fact": "Fact", "measured": "Measured", "limit": "Limit",
        "source": "From", "met": "Met", "holds": "holds", "fails": "does not hold", "at_least": "at least", "at_most": "at most", "none": "–",
        "next": "What to do for grade 3", "settings": "Settings", "hierarchies": "Hierarchies and loss", "column": "Column", "levels": "Levels",
        "values": "Values", "loss": "Loss (NCP)", "digest": "Digest", "made": "Made", "by hand": "by the owner", "automatic": "from the data",
        "risk": "Risk before and after", "before": "Before", "after": "After", "smallest": "Smallest class", "unique": "People alone in their class",
        "prosecutor": "Chance to find somebody known to be in the table, at most", "marketer": "People found when all are looked for",
        "hidden": "Rows hidden", "classes": "Classes", "told": "Rows whose class tells {0}", "attacks": "What attacks reached", "attack": "Attack",
        "succeeds": "Succeeds", "guessing": "By guessing", "adds": "Risk that the release adds", "verdict": "Verdict", "of": "{0}: {1}",
        "utility": "What it is still good for", "overall": "Loss over all cells (0 as it was, 1 all hidden)",
        "class_size": "Rows in a class on average", "marginals": "Distance of single columns from the original, on average",
        "pairs": "Distance of pairs of columns, on average", "query": "Relative error of a counting query, median",
        "classifier": "Right answers of a classifier of {0}: after, before, always the usual value", "limits": "What it does not protect against",
        "notes": "Notes", "k": "People who look alike, at least", "method": "Method", "local": "local recoding", "global": "global recoding",
        "quasi_identifiers": "Quasi-identifiers", "suppress": "Rows that may be hidden", "person": "Column that says whose row it is",
        "diversity": "l-diversity", "closeness": "t-closeness", "presence": "δ-presence", "population": "Population", "drop": "Left out", "changes": "Changed", "rows": "Rows", "file": "File",
        "no_attacks": "No attack was made.", "no_utility": "It was not measured.", "no_values": "This report holds no value of the table.",
        "form": "Form",
    },
    "zh": {
        "searched": "在未处理的列中，由小到大检查了 {0} 个不超过 {1} 列的组合。", "skipped": "因时间不足有 {0} 个组合未检查。",
        "left_out": "因取值最少而未参与组合：{0}。", "title": "匿名化报告", "title_cells": "聚合报告", "next_cells": "达到第 4 级还需要", "cells": "公布的内容", "cells_shown": "单元格",
        "left_small": "略去：人数过少，或其中一人占比过大", "left_beside": "为防止推算而一并略去", "totals": "公布合计的维度", "grand": "总计",
        "withheld": "未公布合计的维度", "small": "部分合计过小", "unprotected": "会使小单元格可被推算", "no_totals": "未要求合计",
        "minimum": "每个单元格的最少人数", "base": "计数取整到", "counted": "公布人数", "sums": "求和的列", "means": "求平均的列",
        "dominance": "支配规则", "epsilon": "噪声（ε，δ）", "yes": "是", "no": "否",
        "grade": "等级", "why": "测量结果", "fact": "事实", "measured": "测得", "limit": "界限", "source": "依据", "met": "是否满足", "holds": "满足",
        "fails": "不满足", "at_least": "至少", "at_most": "至多", "none": "–", "next": "达到第 3 级还需要", "settings": "设置",
        "hierarchies": "泛化层次与信息损失", "column": "列", "levels": "层数", "values": "取值数", "loss": "损失（NCP）", "digest": "摘要", "made": "来源",
        "by hand": "由提供方给出", "automatic": "由数据生成", "risk": "处理前后的风险", "before": "处理前", "after": "处理后", "smallest": "最小等价类",
        "unique": "在等价类中唯一的人", "prosecutor": "找到已知在表中的某人的最大概率", "marketer": "逐一查找所有人时能找到的比例", "hidden": "被抑制的行",
        "classes": "等价类数", "told": "等价类会泄露“{0}”的行", "attacks": "攻击结果", "attack": "攻击", "succeeds": "成功率", "guessing": "仅凭猜测",
        "adds": "发布增加的风险", "verdict": "结论", "of": "{0}：{1}", "utility": "可用性", "overall": "全部单元格的信息损失（0 为不变，1 为全部隐藏）",
        "class_size": "等价类平均行数", "marginals": "单列分布与原表的平均距离", "pairs": "两列联合分布的平均距离", "query": "计数查询相对误差（中位数）",
        "classifier": "“{0}”分类器的正确率：处理后、处理前、总猜最常见值", "limits": "不能防范的情形", "notes": "说明", "k": "取值相同的人数（最小）",
        "method": "方法", "local": "局部重编码", "global": "全局重编码", "quasi_identifiers": "准标识符", "suppress": "可抑制的行",
        "person": "标明行属于谁的列", "diversity": "l-多样性", "closeness": "t-接近性", "presence": "δ-存在性", "population": "总体", "drop": "去掉的列", "changes": "处理的列", "rows": "行数",
        "file": "文件", "no_attacks": "未进行攻击。", "no_utility": "未测量。", "no_values": "本报告不含表中的任何取值。", "form": "格式",
    },
}  # fmt: skip
