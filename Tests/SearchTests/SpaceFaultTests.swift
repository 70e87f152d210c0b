import SegNASSearch
import Testing

/// What people read when a search space is wrong.
struct SpaceFaultTests {
    private func words(_ text: String) -> String? {
        #expect(throws: SearchSpaceError.self) { try SearchSpace(yaml: text) }?.description
    }

    @Test(arguments: faultyTexts)
    func fault(text: String, expected: String) {
        #expect(words(text) == expected)
    }

    /// Whatever a file holds, reading it ends soon and says one thing about it.
    @Test(arguments: hostileTexts)
    func hostileText(text: String, start: String) {
        #expect(words(text)?.hasPrefix(start) == true)
    }
}

private let hostileTexts: [(String, String)] = [
    (
        String(repeating: "[", count: 5000),
        "line 1: no valid YAML: while parsing (line 1), Maximum nesting level"
    ),
    (
        String(repeating: "- ", count: 5000),
        "line 1: no valid YAML: while parsing (line 1), Maximum nesting level"
    ),
    (nested(900), "line 1: no search space"),
    ("base: segnas4\nn: " + nested(900), "line 2: n is [[[[["),
    ("base: segnas4\n? " + nested(900) + "\n: 3", "line 2: there is no \"[[[[["),
    (
        "a: &a [1]\n" + String(repeating: "b: [*a, *a, *a]\n", count: 3),
        "more than 8 words begin with *"
    ),
    (String(repeating: "x", count: 70_000), "is larger than 64 KiB"),
]

private func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
}

private let faultyTexts: [(String, String)] = [
    // Nothing in it.
    (
        "",
        "no search space: write a name and its values on each line, for example n: [8, 33]"
    ),
    (
        "# only a comment",
        "no search space: write a name and its values on each line, for example n: [8, 33]"
    ),
    (
        "segnas11",
        "line 1: no search space: write a name and its values on each line, for example n: [8, 33]"
    ),
    (
        "- n: 3",
        "line 1: no search space: write a name and its values on each line, for example n: [8, 33]"
    ),
    // No YAML.
    (
        "n: [8\np: 3",
        "line 2: no valid YAML: while parsing a flow sequence (line 1), did not find expected ',' or ']'"
    ),
    (
        "\tn: 3",
        "line 1: no valid YAML: while scanning for the next token (line 1), found character that cannot start any token"
    ),
    (
        "p: 3\nn: \u{7}",
        "line 2: no valid YAML: control characters are not allowed"
    ),
    (
        "n: 3\n---\nn: 4",
        "line 2: no valid YAML: expected a single document in the stream, but found another document"
    ),
    (
        "n: *other",
        "line 1: no valid YAML: found undefined alias"
    ),
    // Names.
    (
        "p: 1\nn: 1\nn: 2",
        "line 2: \"n\" appears more than once; keep one"
    ),
    (
        "base: segnas12\nschema: 2\nop11: 2\nNodes: 3\n? [a, b]\n: 3\n<<: {n: 3}",
        """
        line 1: base is segnas12, and it must be segnas11, segnas4, segnas7 or segnas+
        line 2: schema is 2, and it must be 1, the only one that this program reads
        line 3: there is no "op11"; did you mean op12?
        line 4: there is no "Nodes"; did you mean nodes?
        line 5: there is no "[a, b]"; the names are schema, base, ops, n, p, sup, res, nodes, dropout, batch, \
        learning_rate, weight_decay, …
        line 7: there is no "<<"; the names are schema, base, ops, n, p, sup, res, nodes, dropout, batch, \
        learning_rate, weight_decay, …
        there are no values for n, p, sup, res, nodes and ops; write a value or a range, or start from a preset with \
        base: segnas11
        """
    ),
    (
        "n: 3",
        "there are no values for p, sup, res, nodes and ops; write a value or a range, or start from a preset with "
            + "base: segnas11"
    ),
    (
        "{n: 3, p: 2, sup: 0, res: 0, nodes: 3, op12: 2}",
        "there are no values for ops; write a value or a range, or start from a preset with base: segnas11"
    ),
    // Ranges by condition.
    (
        """
        base: segnas4
        optimizer: [adamw, sgd]
        loss: [exponential-logarithmic, dice-cross-entropy]
        learning_rate:
          - {from: 3e-4, to: 3e-3, when: {optimizer: adamw}}
          - {from: 3e-3, to: 3e-2}
        batch:
          - {values: [1, 4], when: {optimizer: [adamw, sgd]}}
          - {values: 4, when: {loss: dice-cross-entropy, optimizer: sgd}}
          - {values: 5, when: {schedule: cosine}}
        momentum:
          - {from: 0.8, to: 0.9, when: {optimiser: sgd}}
          - {from: 0.9, to: 2, when: {optimizer: nadam}}
        schedule: [{values: constant, when: {optimizer: sgd}}]
        dropout: [{from: 0, to: 0.5, when: {optimizer: sgd}}]
        clip: [{from: 1, to: 5, when: {optimizer: nadam}}]
        average: [0.5, {from: 0.5, to: 0.9, when: {optimizer: sgd}}]
        """,
        """
        line 6: {from: 3e-3, to: 3e-2} of learning_rate has no condition, and each of several ranges must have one, \
        for example {from: 0.003, to: 0.03, when: {optimizer: sgd}}
        line 9: batch has two ranges when optimizer is sgd and loss is dice-cross-entropy; change their conditions, so \
        that one counts at a time
        line 10: batch has two ranges when loss is dice-cross-entropy, optimizer is sgd and schedule is cosine; change \
        their conditions, so that one counts at a time
        line 10: batch has two ranges when optimizer is adamw or sgd and schedule is cosine; change their conditions, \
        so that one counts at a time
        line 12: momentum has a condition on "optimiser", which is no category of this space without a condition of \
        its own; loss, optimizer, schedule, recipe, patch, size and spacing can be such
        line 13: momentum is {from: 0.9, to: 2}, and it must be a number of at least 0 and below 1, or a range {from: \
        …, to: …, scale: linear or log} of them
        line 14: schedule has names and not numbers, so it cannot have several ranges; write one list, with one \
        condition if need be
        line 15: dropout cannot have a condition; settings of the training can: batch, learning_rate, weight_decay, \
        momentum, clip, average, warm_up, foreground_share, augmentation, loss, optimizer, schedule, recipe, patch, \
        size and spacing
        line 16: clip has a condition on optimizer being "nadam", and the space has adamw and sgd
        line 17: 0.5 of average has no condition, and each of several ranges must have one, for example {from: 0.003, \
        to: 0.03, when: {optimizer: sgd}}
        """
    ),
    // Sizes and spacings.
    (
        "base: segnas4\npatch: [64, 64x64x64]\nsize: [32, 0]\nspacing: [planned, 1x1]",
        """
        line 2: patch is [64, 64x64x64], and it must be voxels such as 64 or 96x96x32, at most 1024 along an axis, or \
        a list of different ones in brackets
        line 3: size is [32, 0], and it must be voxels such as 64 or 96x96x32, at most 1024 along an axis, or a list \
        of different ones in brackets
        line 4: spacing is [planned, 1x1], and it must be planned, or mm such as 1.5 or 0.6x0.6x3.6, from 0.01 to 100, \
        or a list of different ones in brackets
        """
    ),
    // Values.
    (
        "n: eight\np: [2]\nsup: yes\nres: [0, 3]\nnodes: [1, 4]\nops:\ndropout: [0, 1]\nlearning_rate: 0\nbatch: "
            + "{from: 1, to: 3}",
        """
        line 1: n is eight, and it must be a whole number from 1 to 1024, or a range [from, below] of them
        line 2: p is [2], and it must be a whole number from 1 to 10, or a range [from, below] of them
        line 3: sup is yes, and it must be 0 or 1, or a range [from, below] of them
        line 4: res is [0, 3], and it must be 0 or 1, or a range [from, below] of them
        line 5: nodes is [1, 4], and it must be a whole number from 2 to 7, or a range [from, below] of them
        line 6: ops is empty, and it must be a whole number from 0 to 6, or a range [from, below] of them; or the \
        list of one block, for example [2, 0, 2]
        line 7: dropout is [0, 1], and it must be a number of at least 0 and below 1, or a range {from: …, to: …, \
        scale: linear or log} of them
        line 8: learning_rate is 0, and it must be a number of at least 1e-09 and below 10, or a range {from: …, to: \
        …, scale: linear or log} of them
        line 9: batch is {from: 1, to: 3}, and it must be a whole number from 1 to 1024, or a range [from, below] of \
        them
        """
    ),
    (
        "base: segnas4\nn: [8, 8]\nop12: [7, 0]\ndropout: {from: 0.5, to: 0.5}\nlearning_rate: {from: 1e-4, to: 20}",
        """
        line 2: the range [8, 8] of n is empty; its end must be larger than its start, and does not belong to it
        line 3: the range [7, 0] of op12 is empty; its end must be larger than its start, and does not belong to it
        line 4: the range {from: 0.5, to: 0.5} of dropout is empty; its end must be larger than its start, and does \
        not belong to it
        line 5: learning_rate is {from: 1e-4, to: 20}, and it must be a number of at least 1e-09 and below 10, or a \
        range {from: …, to: …, scale: linear or log} of them
        """
    ),
    (
        "base: segnas4\nlearning_rate: nan\ndropout: {from: nan, to: 1}\nn: 99999999999999999999",
        """
        line 2: learning_rate is nan, and it must be a number of at least 1e-09 and below 10, or a range {from: …, \
        to: …, scale: linear or log} of them
        line 3: dropout is {from: nan, to: 1}, and it must be a number of at least 0 and below 1, or a range {from: \
        …, to: …, scale: linear or log} of them
        line 4: n is 99999999999999999999, and it must be a whole number from 1 to 1024, or a range [from, below] of \
        them
        """
    ),
    (
        "base: segnas4\ndropout: {from: 0, to: 0.5, scale: log}\nlearning_rate: {from: 1e-4, too: 1e-2}",
        """
        line 2: dropout has a logarithmic scale, so its range must start above 0
        line 3: learning_rate is {from: 1e-4, too: 1e-2}, and it must be a number of at least 1e-09 and below 10, or \
        a range {from: …, to: …, scale: linear or log} of them
        """
    ),
    // Settings of training.
    (
        "base: segnas4\nloss: dice\noptimizer: []\nschedule: [cosine, cosine]\nmomentum: 1\nweight_decay: {from: 0, "
            + "to: 2}\nrecipe: {from: 0, to: 1}\nweigth_decay: 0",
        """
        line 2: loss is dice, and it must be one of exponential-logarithmic and dice-cross-entropy, or a list of \
        different ones in brackets
        line 3: optimizer is [], and it must be one of nadam, adam, adamw and sgd, or a list of different ones in \
        brackets
        line 4: schedule is [cosine, cosine], and it must be one of constant, polynomial and cosine, or a list of \
        different ones in brackets
        line 5: momentum is 1, and it must be a number of at least 0 and below 1, or a range {from: …, to: …, scale: \
        linear or log} of them
        line 6: weight_decay is {from: 0, to: 2}, and it must be a number from 0 to 1, or a range {from: …, to: …, \
        scale: linear or log} of them
        line 7: recipe is {from: 0, to: 1}, and it must be one of paper, nnunet and default, or a list of different \
        ones in brackets
        line 8: there is no "weigth_decay"; did you mean weight_decay?
        """
    ),
    // Conditions.
    (
        "base: segnas4\noptimizer: [adamw, sgd]\nmomentum: {from: 0.8, to: 0.99, when: sgd}\nclip: {values: 1, when: "
            + "{}}\naverage: {values: 0.99}\nwarm_up: {values: {from: 1}, when: {optimizer: sgd}}\nweight_decay: "
            + "{from: 0, too: 1, when: {optimizer: sgd}}",
        """
        line 3: the condition of momentum is sgd, and it must name a category and what must be chosen of it, for \
        example when: {optimizer: sgd}
        line 4: the condition of clip is {}, and it must name a category and what must be chosen of it, for example \
        when: {optimizer: sgd}
        line 5: average is {values: 0.99}, and it must be a number of at least 1e-06 and below 1, or a range {from: \
        …, to: …, scale: linear or log} of them
        line 6: warm_up is {values: {from: 1}, when: {optimizer: s…, and it must be a whole number from 0 to 10000, \
        or a range [from, below] of them
        line 7: weight_decay is {from: 0, too: 1}, and it must be a number from 0 to 1, or a range {from: …, to: …, \
        scale: linear or log} of them
        """
    ),
    (
        "base: segnas4\noptimizer: [adamw, sgd]\nmomentum: {from: 0.8, to: 0.99, when: {optimizer: adam}}\nclip: "
            + "{values: 1, when: {n: 3}}\naverage: {values: 0.9, when: {loss: dice-cross-entropy}}\ndropout: {from: "
            + "0, to: 0.5, when: {optimizer: sgd}}\nn: {values: [8, 33], when: {optimizer: sgd}}",
        """
        line 3: momentum has a condition on optimizer being "adam", and the space has adamw and sgd
        line 4: clip has a condition on "n", which is no category of this space without a condition of its own; \
        loss, optimizer, schedule, recipe, patch, size and spacing can be such
        line 5: average has a condition on "loss", which is no category of this space without a condition of its own; \
        loss, optimizer, schedule, recipe, patch, size and spacing can be such
        line 6: dropout cannot have a condition; settings of the training can: batch, learning_rate, weight_decay, \
        momentum, clip, average, warm_up, foreground_share, augmentation, loss, optimizer, schedule, recipe, patch, \
        size and spacing
        line 7: n cannot have a condition; settings of the training can: batch, learning_rate, weight_decay, \
        momentum, clip, average, warm_up, foreground_share, augmentation, loss, optimizer, schedule, recipe, patch, \
        size and spacing
        """
    ),
    // Each waits for the other; one for itself; a category that cannot be read is one fault.
    (
        "base: segnas4\nloss: {values: [dice-cross-entropy], when: {schedule: cosine}}\nschedule: {values: [cosine, "
            + "constant], when: {loss: dice-cross-entropy}}\nrecipe: {values: [paper, default], when: {recipe: paper}}",
        """
        line 2: loss has a condition on "schedule", which is no category of this space without a condition of its \
        own; loss, optimizer, schedule, recipe, patch, size and spacing can be such
        line 3: schedule has a condition on "loss", which is no category of this space without a condition of its \
        own; loss, optimizer, schedule, recipe, patch, size and spacing can be such
        line 4: recipe has a condition on "recipe", which is no category of this space without a condition of its \
        own; loss, optimizer, schedule, recipe, patch, size and spacing can be such
        """
    ),
    (
        "base: segnas4\noptimizer: [adamw, sdg]\nmomentum: {values: 0.9, when: {optimizer: sgd}}",
        "line 2: optimizer is [adamw, sdg], and it must be one of nadam, adam, adamw and sgd, or a list of different "
            + "ones in brackets"
    ),
    // Operations.
    (
        "base: segnas11\nops: {2, 0, 2}",
        "line 2: braces hold names; write a list in brackets, for example [2, 0, 2]"
    ),
    (
        "base: segnas11\nops: {2, 0, 6}",
        "line 2: ops is {2: empty, 0: empty, 6: empty}, and it must be a whole number from 0 to 6, or a range [from, "
            + "below] of them; or the list of one block, for example [2, 0, 2]"
    ),
    (
        "base: segnas11\nops: [2, 0, 2, 1]",
        "line 2: ops: a block does not have 4 operations; 2, 3, 4, 5, 6 or 7 nodes have 1, 3, 6, 10, 15 or 21"
    ),
    (
        "base: segnas11\nops: [2, 0, 9]",
        "line 2: ops: no operation is numbered 9; the numbers are 0 to 6"
    ),
    (
        "base: segnas11\nops: [2, x, 9]",
        "line 2: ops is [2, x, 9], and it must be a whole number from 0 to 6, or a range [from, below] of them; or "
            + "the list of one block, for example [2, 0, 2]"
    ),
    (
        "base: segnas11\nops: [0, 8]",
        "line 2: ops is [0, 8], and it must be a whole number from 0 to 6, or a range [from, below] of them; or the "
            + "list of one block, for example [2, 0, 2]"
    ),
    (
        "base: segnas4\nnodes: 4",
        "line 2: the block that ops or the base lists has 3 nodes; remove nodes, or give ops a range"
    ),
    (
        "base: segnas4\nop14: 2",
        "line 2: op14 is never used, as blocks have at most 3 nodes; remove it, or raise nodes"
    ),
    // The whole.
    (
        "{base: segnas7, nodes: 3, ops: 2}",
        "nothing is searched; give at least one name a range, for example n: [8, 33]"
    ),
    (
        "{base: segnas11, op12: 0, op13: 0, op14: 0}",
        "no block of this space is legal: only the first node may be a source, only the last a sink; allow more "
            + "operations"
    ),
]
